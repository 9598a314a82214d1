package org.brattice.hypervisor.vsr;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.IpcaService;

/**
 * The holders that wait for room in one IPCA, in order. The first gets all room that comes free, so
 * nobody can be kept waiting for ever by others who are luckier. The deque is guarded by this object's
 * monitor, which no thread takes while it holds a lease.
 */
final class WaitQueue {
    private static final long RACE_PAUSE_NANOS = 50_000;
    private final Area area;
    private final Deque<Holder> line = new ArrayDeque<>();
    private volatile Holder first;

    WaitQueue(Area area) {
        this.area = area;
    }

    boolean first(Holder holder) {
        return first == holder;
    }

    /** Waits for its turn and for room; returns as {@link Area#write}. */
    long await(Holder me, WaitGraph graph, long waitNanos) {
        if (me.scanning() && !graph.enter(me.number(), area.number())) {
            return IpcaService.DEADLOCK;
        }
        try {
            return await(me, System.nanoTime() + waitNanos);
        } finally {
            if (me.scanning()) {
                graph.leave(me.number());
            }
        }
    }

    private long await(Holder me, long deadline) {
        enter(me);
        boolean interrupted = false;
        try {
            while (true) {
                if (area.succession() != null) {
                    return Area.MOVED;
                }
                long pause = Long.MAX_VALUE;
                if (first == me) {
                    long result = area.attempts(me);
                    if (Area.written(result) || result == Area.MOVED) {
                        return result;
                    }
                    // No room: the scanner wakes the first. Lost races: try again soon.
                    pause = result == IpcaService.NO_ROOM ? pause : RACE_PAUSE_NANOS;
                }
                long rest = deadline - System.nanoTime();
                if (rest <= 0 || me.ending()) {
                    return IpcaService.NO_ROOM;
                }
                // An interrupt ends no wait, and a pending one would make this loop spin.
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(this, Math.min(rest, pause));
            }
        } finally {
            leave(me);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void enter(Holder me) {
        line.addLast(me);
        first = line.peekFirst();
        count();
    }

    private synchronized void leave(Holder me) {
        line.remove(me);
        first = line.peekFirst();
        count();
        wakeFirst();
    }

    private void count() {
        if (!area.view().revoked()) {
            try {
                area.waiters(line.size());
            } catch (IllegalStateException e) {
                if (!area.view().revoked()) {
                    throw e;
                }
            }
        }
    }

    /** Called by the scanner when it has made room. */
    void wakeFirst() {
        Holder holder = first;
        if (holder != null) {
            holder.unpark();
        }
    }

    synchronized void wakeAll() {
        line.forEach(Holder::unpark);
    }
}
