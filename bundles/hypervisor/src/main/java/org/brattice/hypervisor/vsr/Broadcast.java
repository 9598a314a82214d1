package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;

/** One message to all other partitions: a try to each first, then waits to a common deadline. */
final class Broadcast {
    private final Vsr vsr;
    private final Holder me;
    private final MemorySegment payload;
    private final Delivery delivery;

    Broadcast(Vsr vsr, Holder me, MemorySegment payload, Delivery delivery) {
        this.vsr = vsr;
        this.me = me;
        this.payload = payload;
        this.delivery = delivery;
    }

    /** One outcome for each receiver, ascending by number. */
    List<Outcome> send() {
        long deadline = System.nanoTime() + delivery.waitNanos();
        List<Outcome> outcomes = new ArrayList<>();
        for (IpcaEntry entry : vsr.lookUpTable()) {
            if (entry.number() != me.number()) {
                outcomes.add(send(entry.number(), 0));
            }
        }
        for (int i = 0; i < outcomes.size() && delivery.waitNanos() > 0; i++) {
            Outcome first = outcomes.get(i);
            if (first.position() == IpcaService.NO_ROOM) {
                long rest = Math.max(0, deadline - System.nanoTime());
                outcomes.set(i, send(first.receiver(), rest));
            }
        }
        return List.copyOf(outcomes);
    }

    private Outcome send(int receiver, long waitNanos) {
        if (payload.byteSize() > vsr.recordLimit(receiver)) {
            return new Outcome(receiver, IpcaService.NO_ROOM);
        }
        me.outgoing.message(me.number(), payload);
        long position = vsr.send(me, receiver, delivery, waitNanos);
        return new Outcome(receiver, position);
    }
}
