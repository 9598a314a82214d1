package org.brattice.hypervisor.vsr;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;

/**
 * The holders that wait until one of the chunked messages on their way to a partition is through, in
 * order. Guarded by this object's monitor.
 */
final class StreamLine {
    private final Deque<Holder> line = new ArrayDeque<>();
    private volatile Holder first;

    /** Whether its receiver is still there to wait for. */
    interface Open {
        boolean open();
    }

    /** Waits for an entry; {@link Streams#NONE} when there was none in time. */
    int await(Streams streams, Holder me, int row, long waitNanos, Open receiver) {
        long deadline = System.nanoTime() + waitNanos;
        boolean interrupted = false;
        enter(me);
        me.waits(true);
        try {
            while (true) {
                // Who frees an entry looks for the first afterwards.
                VarHandle.fullFence();
                int entry = first == me ? streams.open(me.number(), row) : Streams.NONE;
                long rest = deadline - System.nanoTime();
                if (entry != Streams.NONE || rest <= 0 || me.ending() || !receiver.open()) {
                    return entry;
                }
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(this, rest);
            }
        } finally {
            me.waits(false);
            leave(me);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether others were there before. */
    boolean waiting() {
        return first != null;
    }

    private synchronized void enter(Holder me) {
        line.addLast(me);
        first = line.peekFirst();
    }

    private synchronized void leave(Holder me) {
        line.remove(me);
        first = line.peekFirst();
        wakeFirst();
    }

    /** An entry came free. */
    void freed() {
        VarHandle.fullFence();
        wakeFirst();
    }

    private void wakeFirst() {
        Holder holder = first;
        if (holder != null) {
            holder.unpark();
        }
    }

    synchronized void wakeAll() {
        line.forEach(Holder::unpark);
    }
}
