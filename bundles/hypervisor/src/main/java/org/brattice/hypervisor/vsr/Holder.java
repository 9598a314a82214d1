package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A virtual processor as the VSR sees it: who may hold a lease. Its fields are its own thread's, but
 * for {@code section}, which others read to learn a fact: whether it is still in the section that a
 * lease names.
 */
public class Holder {
    private static final VarHandle SECTION;
    private static final int STAGING = 256 << 10;

    static {
        try {
            SECTION = MethodHandles.lookup().findVarHandle(Holder.class, "section", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int index;
    final Outgoing outgoing = new Outgoing();
    final Waiting place;
    /** Whether the receiver slept when this holder had its lease. */
    boolean wake;
    /** Where the last attempt committed, or -1. */
    long committed;

    private final int number;
    private final boolean scanning;
    private long sections;
    private long section;
    private volatile Thread thread;
    private volatile boolean ending;
    private volatile boolean waiting;
    private MemorySegment staging;

    /**
     * A holder in a registry.
     *
     * @param holders the registry, which gives it its index
     * @param number of its partition
     * @param scanning whether it runs the event scan of its partition
     */
    public Holder(Holders holders, int number, boolean scanning) {
        this.number = number;
        this.scanning = scanning;
        this.place = new Waiting(this);
        this.index = holders.add(this);
        this.sections = holders.sections(index);
    }

    /** The current thread is the one that runs it from now on. */
    public final void bind() {
        thread = Thread.currentThread();
    }

    /** Number of its partition. */
    public final int number() {
        return number;
    }

    /** Whether it runs the event scan of its partition. */
    public final boolean scanning() {
        return scanning;
    }

    /** No wait of this holder lasts from now on. */
    public final void end() {
        ending = true;
        unpark();
    }

    /** It begins, or ends, to wait for room, which has a limit. */
    final void waits(boolean newWaiting) {
        waiting = newWaiting;
    }

    /** Whether it waits for room. Any thread. */
    public final boolean waiting() {
        return waiting;
    }

    final boolean ending() {
        return ending;
    }

    final void unpark() {
        java.util.concurrent.locks.LockSupport.unpark(thread);
    }

    /** Enters a section that never was before; returns what the lease says of it. */
    final long enter() {
        section = ++sections;
        committed = -1;
        return Lease.token(index, sections);
    }

    final void leave() {
        SECTION.setRelease(this, 0L);
    }

    final long sections() {
        return sections;
    }

    /** Whether it can never store again under the lease of that section. Any thread. */
    final boolean gone(long ofSection) {
        Thread running = thread;
        return (long) SECTION.getAcquire(this) != ofSection
                || running != null && !running.isAlive();
    }

    final MemorySegment staging() {
        if (staging == null) {
            staging = MemorySegment.ofArray(new byte[STAGING]);
        }
        return staging;
    }

    /** A point in the section; tests end or park the thread there. */
    void step(Step step) {}
}
