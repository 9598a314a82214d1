package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
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
    private final Bundle bundle;

    IpcaCalls(Vsr vsr, Bundle bundle) {
        this.vsr = vsr;
        this.bundle = bundle;
    }

    private Holder caller() {
        Processor caller = Processor.current();
        if (caller == null || caller.bundle() != bundle) {
            throw refusal(caller);
        }
        if (caller.boot().fenced()) {
            throw new HypervisorCallException("this boot of partition "
                    + caller.boot().partition().name() + " has been ended by the hypervisor");
        }
        return caller.holder();
    }

    private HypervisorCallException refusal(Processor caller) {
        return new HypervisorCallException(caller == null
                ? "hypervisor call on thread=" + Thread.currentThread().getName()
                        + ", which is no virtual processor: call from Firmware or Boot.run"
                : "hypervisor call of partition " + caller.boot().partition().name()
                        + " through the IpcaService of bundle " + bundle.getSymbolicName()
                        + ": use the service object of your own bundle");
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
        return vsr.send(caller(), receiver, Objects.requireNonNull(payload, "payload"), delivery);
    }

    @Override
    public long send(int receiver, List<MemorySegment> parts, Delivery delivery) {
        return vsr.send(caller(), receiver, parts, delivery);
    }

    @Override
    public int sendBatch(int receiver, MemorySegment messages, int size, Delivery delivery) {
        return vsr.sendBatch(caller(), receiver, messages, size, delivery);
    }

    @Override
    public List<Outcome> broadcast(MemorySegment payload, Delivery delivery) {
        return vsr.broadcast(caller(), payload, delivery);
    }

    @Override
    public int recordLimit(int receiver) {
        caller();
        return vsr.recordLimit(receiver);
    }

    @Override
    public void read(long address, MemorySegment target) {
        vsr.read(caller(), address, target);
    }

    @Override
    public List<IpcaEntry> lookUpTable() {
        caller();
        return vsr.lookUpTable();
    }

    @Override
    public long readBy(int receiver) {
        return vsr.readBy(caller().number(), receiver);
    }

    @Override
    public Optional<Tracking> track(int receiver, long position) {
        return vsr.track(caller().number(), receiver, position);
    }
}
