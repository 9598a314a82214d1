package org.brattice.hypervisor.vsr;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.IpcaService;

/**
 * The line for room in a partition's IPCA, wherever that moves, and who is held back there. The first in
 * line who is not held back gets all room that comes free, so nobody can be kept waiting for ever by
 * others who are luckier. The line is guarded by this object's monitor, which no thread takes while it
 * holds a lease.
 */
final class WaitQueue {
    /** In the word {@code waiters}: senders are held back, so each has to ask whether it is one. */
    static final long HOLDS_BACK = 1L << 32;
    private static final long RACE_PAUSE_NANOS = 50_000;

    private final Caller caller;
    private final StreamLine streams = new StreamLine();
    private final Deque<Place> line = new ArrayDeque<>();
    private final int partitions;
    /** By the row of the sender. */
    private Waker[] wakers = {};
    private Area area;
    private volatile Place first;
    private volatile int[] held = {};

    /** Calls a partition's event scan: there is room for it. */
    interface Caller {
        void call(int sender);
    }

    /** A place as it was at one moment. */
    record Spot(int number, boolean wakes, long nanos, long bytes, boolean heldBack) {}

    /** In a frame with so many rows for partitions. */
    WaitQueue(int partitions, Caller caller) {
        this.partitions = partitions;
        this.caller = caller;
    }

    /** The line for one of the chunked messages that can be on their way. */
    StreamLine streams() {
        return streams;
    }

    /** The partition's IPCA is there from now on. */
    synchronized void open(Area newArea) {
        area = newArea;
        settle();
    }

    /** Whether a holder may write now; in its section, when the word {@code waiters} is not 0. */
    boolean admits(Holder me) {
        if (!turnOf(me)) {
            return false;
        }
        if (first instanceof Waker waker && waker.admits(me)) {
            waker.letIn();
        }
        return true;
    }

    /** Whether a holder that is not first may write where that takes no room from who is: not from a call. */
    boolean canBePassed(Holder me) {
        return first instanceof Waiting && !heldBack(me.number());
    }

    /** Passes over who is late; whether a holder that was told to queue may try again. */
    boolean passes(Holder me) {
        pass();
        return turnOf(me);
    }

    private boolean turnOf(Holder me) {
        Place place = first;
        return (place == null || place.admits(me)) && !heldBack(me.number());
    }

    /** Holds a sender back, or lets it go on; whether that changed anything. Any thread. */
    synchronized boolean hold(int source, boolean back) {
        if (heldBack(source) == back) {
            return false;
        }
        held = back
                ? Arrays.stream(append(held, source)).sorted().toArray()
                : Arrays.stream(held).filter(one -> one != source).toArray();
        settle();
        return true;
    }

    /** Holds nobody back any more. Any thread. */
    synchronized void holdNobody() {
        held = new int[0];
        settle();
    }

    private static int[] append(int[] numbers, int number) {
        int[] more = Arrays.copyOf(numbers, numbers.length + 1);
        more[numbers.length] = number;
        return more;
    }

    boolean heldBack(int source) {
        int[] now = held;
        return now.length != 0 && Arrays.binarySearch(now, source) >= 0;
    }

    /** Waits for its turn and for room; returns as {@link Area#write}. */
    long await(Area in, Holder me, WaitGraph graph, long waitNanos) {
        if (me.scanning() && !graph.enter(me.number(), in.number())) {
            return IpcaService.DEADLOCK;
        }
        try {
            return await(in, me, System.nanoTime() + waitNanos);
        } finally {
            if (me.scanning()) {
                graph.leave(me.number());
            }
        }
    }

    private long await(Area in, Holder me, long deadline) {
        enter(me.place, me.outgoing.size());
        boolean interrupted = false;
        me.waits(true);
        try {
            while (true) {
                if (in.succession() != null) {
                    return Area.MOVED;
                }
                long pause = pass();
                if (turnOf(me)) {
                    long result = in.attempts(me);
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
            me.waits(false);
            leave(me.place);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void enter(Place place, long bytes) {
        place.join(bytes);
        line.addLast(place);
        settle();
    }

    private synchronized void leave(Place place) {
        line.remove(place);
        settle();
    }

    private Waker waker(int sender) {
        Waker waker = wakers.length == 0 ? null : wakers[sender % partitions];
        return waker != null && waker.number() == sender ? waker : null;
    }

    /** A try of a sender that is to be called has found no room. On the sender's thread. */
    synchronized void callWhenRoom(Holder me, long bytes) {
        Waker waker = waker(me.number());
        if (waker == null) {
            waker = new Waker(me.number());
            wakers = Arrays.copyOf(wakers, partitions);
            wakers[me.number() % partitions] = waker;
        }
        if (waker.refuse(me)) {
            waker.wants(bytes);
        } else if (waker.away()) {
            waker.join(bytes);
            waker.await();
            line.addLast(waker);
            settle();
        }
    }

    /** The event scan of a sender has heard the call; whether it has its turn, until it is over. */
    synchronized boolean begin(Holder me) {
        Waker waker = waker(me.number());
        if (waker == null || waker.away()) {
            return false;
        }
        if (waker.late() || waker.granted() && first != waker) {
            waker.await();
            settle();
        }
        if (first != waker || !waker.granted()) {
            return false;
        }
        waker.call(me);
        return true;
    }

    /** The turn is over: who found no room keeps its place, or goes to the end when it had its share. */
    synchronized void end(Holder me) {
        Waker waker = waker(me.number());
        if (waker == null || !waker.visitedBy(me)) {
            return;
        }
        boolean stays = waker.unsatisfied();
        boolean toTheEnd = waker.served() || waker.late();
        waker.back();
        if (!stays || toTheEnd) {
            line.remove(waker);
        }
        if (!stays) {
            waker.leave();
        } else {
            if (toTheEnd) {
                waker.join(waker.bytes());
                line.addLast(waker);
            }
            waker.await();
        }
        settle();
    }

    /** A partition has ended: it is not to be called. */
    synchronized void forget(int sender) {
        Waker waker = waker(sender);
        if (waker != null) {
            wakers[sender % partitions] = null;
            line.remove(waker);
            waker.leave();
            settle();
        }
    }

    /**
     * Passes over a sender that was called and has not come in its time. Whoever meets it does that.
     *
     * @return how long the first may yet take, or {@link Long#MAX_VALUE}
     */
    long pass() {
        if (!(first instanceof Waker)) {
            return Long.MAX_VALUE;
        }
        synchronized (this) {
            while (first instanceof Waker waker) {
                long rest = waker.rest(System.nanoTime());
                if (rest > 0) {
                    return rest;
                }
                line.remove(waker);
                line.addLast(waker);
                waker.passOver();
                settle();
            }
        }
        return Long.MAX_VALUE;
    }

    /** After each change: who is first, what writers read beside the lease, whose turn it is. */
    private void settle() {
        Place next = line.peekFirst();
        if (next != null && passedOver(next)) {
            next = firstBehind();
        }
        first = next;
        count();
        serve();
    }

    private boolean passedOver(Place place) {
        return !place.counts() || heldBack(place.number());
    }

    private Place firstBehind() {
        for (Place place : line) {
            if (!passedOver(place)) {
                return place;
            }
        }
        return null;
    }

    private void count() {
        if (area != null && !area.view().revoked()) {
            try {
                area.waiters(line.size() | (held.length == 0 ? 0 : HOLDS_BACK));
            } catch (IllegalStateException e) {
                if (!area.view().revoked()) {
                    throw e;
                }
            }
        }
    }

    private void serve() {
        if (first instanceof Waiting waiting) {
            waiting.wake();
        } else if (first instanceof Waker waker && waker.waiting()) {
            // As everybody who goes to sleep: the scanner stores the head before it looks for waiters.
            VarHandle.fullFence();
            if (area.hasRoom(waker.bytes())) {
                waker.grant();
                caller.call(waker.number());
            }
        }
    }

    /** Called by the scanner when it has made room. */
    void wakeFirst() {
        Place place = first;
        if (place instanceof Waiting waiting) {
            waiting.wake();
        } else if (place != null) {
            synchronized (this) {
                serve();
            }
        }
    }

    synchronized void wakeAll() {
        streams.wakeAll();
        for (Place place : line) {
            if (place instanceof Waiting waiting) {
                waiting.wake();
            }
        }
    }

    /** The line at this moment, at most so many, in order. */
    synchronized List<Spot> line(int most) {
        List<Spot> spots = new ArrayList<>();
        long now = System.nanoTime();
        for (Place place : line) {
            if (spots.size() == most) {
                break;
            }
            spots.add(new Spot(place.number(), place instanceof Waker, now - place.since(),
                    place.bytes(), heldBack(place.number())));
        }
        return spots;
    }
}
