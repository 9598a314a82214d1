package org.brattice.hypervisor.vsr;

/**
 * The place of a partition that goes on with its event scan and is called when there is room. When it is
 * first and has room, it is granted its turn for a short time: its scan comes for it, and sends in the
 * call. Who does not come in time is passed over and keeps nobody waiting, until its scan comes after
 * all; it is then given longer the next time. Guarded by the line's monitor, but for what says so.
 */
final class Waker extends Place {
    /** How long others leave the room to a sender that was called. */
    static final long GRACE_NANOS = 10_000_000;
    private static final int MOST_DOUBLINGS = 6;

    private State state = State.AWAY;
    private long until;
    private int doublings;
    /** The scanning holder in the call; it may write as first. */
    private volatile Holder caller;
    private Holder visitor;
    /** Counted by the visitor's thread. */
    private int admitted;
    private int refused;

    private enum State {
        AWAY, WAITING, GRANTED, CALLED, LATE
    }

    Waker(int number) {
        super(number);
    }

    @Override
    boolean counts() {
        return state != State.LATE;
    }

    @Override
    boolean admits(Holder holder) {
        return holder == caller;
    }

    /** The caller is let in. In its section. */
    void letIn() {
        admitted++;
    }

    boolean away() {
        return state == State.AWAY;
    }

    boolean late() {
        return state == State.LATE;
    }

    boolean waiting() {
        return state == State.WAITING;
    }

    boolean granted() {
        return state == State.GRANTED;
    }

    void await() {
        state = State.WAITING;
    }

    void grant() {
        state = State.GRANTED;
        until = System.nanoTime() + (GRACE_NANOS << doublings);
    }

    /** Nanoseconds of its turn that are left, or {@link Long#MAX_VALUE} when it has none. */
    long rest(long now) {
        return state == State.GRANTED || state == State.CALLED ? until - now : Long.MAX_VALUE;
    }

    /** Its time is over. */
    void passOver() {
        if (state == State.GRANTED && doublings < MOST_DOUBLINGS) {
            doublings++;
        }
        state = State.LATE;
        caller = null;
    }

    /** Its scan has come and is about to be called. */
    void call(Holder scanning) {
        state = State.CALLED;
        until = System.nanoTime() + GRACE_NANOS;
        admitted = 0;
        refused = 0;
        visitor = scanning;
        caller = scanning;
    }

    /** Whether this holder is in the call; if so it has been refused. */
    boolean refuse(Holder holder) {
        if (visitor != holder) {
            return false;
        }
        refused++;
        return true;
    }

    boolean visitedBy(Holder holder) {
        return visitor == holder;
    }

    /** Whether a send in the call found no room. */
    boolean unsatisfied() {
        return refused > 0;
    }

    /** Whether a send in the call was let in and not refused. */
    boolean served() {
        return admitted > refused;
    }

    /** The call has returned. */
    void back() {
        if (served()) {
            doublings = 0;
        }
        visitor = null;
        caller = null;
    }

    void leave() {
        state = State.AWAY;
        visitor = null;
        caller = null;
    }
}
