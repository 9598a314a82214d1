package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.brattice.api.Delivery;
import org.brattice.api.Fault;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Injection.Effect;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;
import org.brattice.hypervisor.vsr.Holder;
import org.brattice.hypervisor.vsr.Vsr;
import org.osgi.framework.Bundle;

/**
 * The hypervisor calls of one bundle's partitions. The identity register says who calls; the service
 * object says through which bundle; the two must agree.
 */
final class IpcaCalls implements IpcaService {
    private final Vsr vsr;
    private final Faults faults;
    private final Bundle bundle;

    IpcaCalls(Vsr vsr, Faults faults, Bundle bundle) {
        this.vsr = vsr;
        this.faults = faults;
        this.bundle = bundle;
    }

    private Holder caller() {
        return processor().holder();
    }

    private Processor processor() {
        Processor caller = Processor.current();
        if (caller == null || caller.bundle() != bundle) {
            throw refused(caller);
        }
        if (caller.boot().fenced()) {
            throw new HypervisorCallException("this boot of partition "
                    + caller.boot().partition().name() + " has been ended by the hypervisor");
        }
        return caller;
    }

    /** Who calls is known by the identity register alone; without it only the bundle is. */
    private HypervisorCallException refused(Processor caller) {
        if (caller != null) {
            return caller.boot().illegal(Fault.Kind.ILLEGAL_CALL, "IpcaService",
                    new HypervisorCallException("hypervisor call of partition "
                            + caller.boot().partition().name()
                            + " through the IpcaService of bundle " + bundle.getSymbolicName()
                            + ": use the service object of your own bundle"));
        }
        HypervisorCallException refusal = new HypervisorCallException("hypervisor call on thread="
                + Thread.currentThread().getName()
                + ", which is no virtual processor: call from Firmware or Boot.run");
        Instant now = Instant.now();
        faults.note(new Fault(0, "[" + bundle.getSymbolicName() + "]", 0, Fault.Kind.ILLEGAL_CALL,
                now, now, 1, 0, -1, 0, refusal.getMessage(), Thrown.head(refusal)));
        return refusal;
    }

    @Override
    public int number(String partition) {
        caller();
        int number = vsr.number(partition);
        if (number == 0) {
            throw new HypervisorCallException("partition=" + partition
                    + " is unknown: known are " + String.join(", ", vsr.names()));
        }
        return number;
    }

    @Override
    public long send(int receiver, MemorySegment payload, Delivery delivery) {
        Processor caller = processor();
        Effect effect = Injector.at(caller, "send");
        if (effect == Effect.DROP) {
            return Injector.DROPPED;
        }
        try {
            long position = vsr.send(caller.holder(), receiver,
                    Objects.requireNonNull(payload, "payload"), delivery);
            if (effect == Effect.DUPLICATE && position >= 0) {
                vsr.send(caller.holder(), receiver, payload, delivery);
            }
            return effect == Effect.CORRUPT ? corrupted(caller, receiver, position) : position;
        } catch (HypervisorCallException e) {
            throw illegal("send", e);
        }
    }

    @Override
    public long send(int receiver, List<MemorySegment> parts, Delivery delivery) {
        Processor caller = processor();
        Effect effect = Injector.at(caller, "send");
        if (effect == Effect.DROP) {
            return Injector.DROPPED;
        }
        try {
            long position = vsr.send(caller.holder(), receiver, parts, delivery);
            if (effect == Effect.DUPLICATE && position >= 0) {
                vsr.send(caller.holder(), receiver, parts, delivery);
            }
            return effect == Effect.CORRUPT ? corrupted(caller, receiver, position) : position;
        } catch (HypervisorCallException e) {
            throw illegal("send", e);
        }
    }

    @Override
    public int sendBatch(int receiver, MemorySegment messages, int size, Delivery delivery) {
        Processor caller = processor();
        if (Injector.at(caller, "sendBatch") == Effect.DROP) {
            return (int) (messages.byteSize() / size);
        }
        try {
            return vsr.sendBatch(caller.holder(), receiver, messages, size, delivery);
        } catch (HypervisorCallException e) {
            throw illegal("sendBatch", e);
        }
    }

    @Override
    public List<Outcome> broadcast(MemorySegment payload, Delivery delivery) {
        Processor caller = processor();
        if (Injector.at(caller, "broadcast") == Effect.DROP) {
            return List.of();
        }
        try {
            return vsr.broadcast(caller.holder(), payload, delivery);
        } catch (HypervisorCallException e) {
            throw illegal("broadcast", e);
        }
    }

    @Override
    public int recordLimit(int receiver) {
        caller();
        try {
            return vsr.recordLimit(receiver);
        } catch (HypervisorCallException e) {
            throw illegal("recordLimit", e);
        }
    }

    @Override
    public void read(long address, MemorySegment target) {
        Processor caller = processor();
        if (Injector.at(caller, "read") == Effect.DROP) {
            return;
        }
        try {
            vsr.read(caller.holder(), address, target);
        } catch (HypervisorCallException e) {
            throw caller.boot().illegal(Fault.Kind.OUT_OF_BOUNDS, "read", e);
        }
    }

    @Override
    public List<IpcaEntry> lookUpTable() {
        caller();
        return vsr.lookUpTable();
    }

    @Override
    public long readBy(int receiver) {
        int caller = caller().number();
        try {
            return vsr.readBy(caller, receiver);
        } catch (HypervisorCallException e) {
            throw illegal("readBy", e);
        }
    }

    @Override
    public Optional<Tracking> track(int receiver, long position) {
        int caller = caller().number();
        try {
            return vsr.track(caller, receiver, position);
        } catch (HypervisorCallException e) {
            throw illegal("track", e);
        }
    }

    private long corrupted(Processor caller, int receiver, long position) {
        if (position >= 0) {
            vsr.corrupt(caller.holder(), receiver, position);
        }
        return position;
    }

    private static HypervisorCallException illegal(String call, HypervisorCallException refusal) {
        return Processor.current().boot().illegal(Fault.Kind.ILLEGAL_CALL, call, refusal);
    }
}
