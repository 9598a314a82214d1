package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;

/**
 * One region used as a partition's IPCA, as its writers see it (S4, S7). A remap makes another area;
 * this one then stays moved for ever. The order of the stores in {@link #held} is the protocol.
 */
public final class Area {
    /** The area is no longer the partition's IPCA: look it up again. */
    static final long MOVED = -10;
    private static final long BUSY = -11;
    private static final int DAMAGE = 0x55;
    private static final long QUEUED = -12;
    private static final int LOST_RACES = 64;
    private static final int PARKS = 16;
    private static final long PARK_NANOS = 50_000;
    private static final int BACK_OFFS = 6;
    private static final int PASS_LIMIT = 64;

    private final int number;
    private final int control;
    private final long base;
    private final long capacity;
    private final long mask;
    private final int payloadLimit;
    private final long at;
    private final MemorySegment frame;
    private final View view;
    private final MemorySegment tables;
    private final MemorySegment ring;
    private final Holders holders;
    private final Doorbell doorbell;
    private final LeaseWatch watch;
    private final Clock clock;
    private final WaitQueue queue;
    private volatile Succession succession;
    private volatile long suspectFrom = -1;
    private volatile long suspectTo;
    private volatile Damage damage;
    /** How often the first who waits was passed; of who holds the lease. */
    private int passed;
    private volatile boolean checked;

    /** Told, on the thread that found it, of a lease whose holder was gone. */
    public interface LeaseWatch {
        void leaseLost(int number, int holderPartition);

        /** A partition's IPCA met memory that cannot be had, and takes no more writes: it must move. */
        default void damaged(int number) {}
    }

    /**
     * What became of a moved area.
     *
     * @param area the next one, or null when the partition is gone
     * @param salvaged the first position that the next one does not hold
     * @param lost positions before it that the next one does not hold either
     */
    record Succession(Area area, long salvaged, Set<Long> lost) {
        static final Succession NONE = new Succession(null, 0, Set.of());

        boolean holds(long position) {
            return position < salvaged && !lost.contains(position);
        }
    }

    /** The area whose control words are already in the tables. */
    Area(Frame frame, int control, Holders holders, Doorbell doorbell, WaitQueue queue,
            LeaseWatch watch, Clock clock) {
        this.control = control;
        this.queue = queue;
        this.at = frame.layout().controls(control);
        this.frame = frame.memory();
        this.number = (int) Word.opaque(this.frame, at + FrameLayout.CONTROL_NUMBER);
        this.base = Word.opaque(this.frame, at + FrameLayout.CONTROL_BASE);
        this.capacity = Word.opaque(this.frame, at + FrameLayout.CONTROL_RING);
        this.mask = capacity - 1;
        this.payloadLimit = (int) RecordLayout.recordLimit(capacity) - RecordLayout.HEADER;
        this.view = frame.view();
        this.tables = view.tables();
        this.ring = view.segment(base, capacity);
        this.holders = holders;
        this.doorbell = doorbell;
        this.watch = watch;
        this.clock = clock;
    }

    /** Number of the partition. */
    public int number() {
        return number;
    }

    /** Index of its control area. */
    public int control() {
        return control;
    }

    /** Frame address of the ring. */
    public long base() {
        return base;
    }

    /** Bytes of the ring. */
    public long capacity() {
        return capacity;
    }

    /** Bytes of the largest payload that goes as one record. */
    int payloadLimit() {
        return payloadLimit;
    }

    /** Whether writers give payloads a checksum: what the partition's latest boot asked for. */
    boolean checked() {
        return checked;
    }

    void checked(boolean newChecked) {
        checked = newChecked;
    }

    /** The writers' view. */
    View view() {
        return view;
    }

    WaitQueue queue() {
        return queue;
    }

    Doorbell doorbell() {
        return doorbell;
    }

    /** Where it went, or null while it is the partition's IPCA. */
    Succession succession() {
        return succession;
    }

    /** Moves it for ever; whoever waits looks the partition up again. */
    void succeeded(Succession next) {
        succession = next;
        queue.wakeAll();
    }

    /**
     * A store met memory that cannot be had, perhaps an earlier store than the one that threw (rule 12):
     * nobody writes here again, and what this holder wrote is not vouched for.
     */
    long damaged(Holder me) {
        Word.getAndSet(frame, at + FrameLayout.CONTROL_LEASE, Lease.MOVED);
        suspectFrom = me.committed >= 0
                ? me.committed
                : Word.acquire(frame, at + FrameLayout.CONTROL_TAIL);
        suspectTo = me.committed >= 0 ? me.committed + 1 : Long.MAX_VALUE;
        me.committed = -1;
        watch.damaged(number);
        return MOVED;
    }

    /** Whether a writer or a foreign reader met memory that cannot be had. */
    public boolean suspect() {
        return suspectFrom >= 0;
    }

    /** With the pages of the ring that are lost; before it moves. */
    public void lose(BitSet pages) {
        damage = suspect()
                ? new Damage(suspectFrom, suspectTo, pages)
                : new Damage(0, 0, pages);
    }

    /** Whether it moves because of lost memory. */
    public boolean damaged() {
        return damage != null;
    }

    /** What may be lost, or null. */
    Damage damage() {
        return damage;
    }

    /** The lease word. */
    long lease() {
        return Word.acquire(frame, at + FrameLayout.CONTROL_LEASE);
    }

    /** Stores that it has moved over whatever lease there is, which it returns. */
    long storeMoved() {
        return Word.getAndSet(frame, at + FrameLayout.CONTROL_LEASE, Lease.MOVED);
    }

    /** The position of the first record not deleted. */
    long head() {
        return Word.acquire(frame, at + FrameLayout.CONTROL_HEAD);
    }

    /** The position behind the last record, as far as writers have noted it. */
    long end() {
        return Word.acquire(frame, at + FrameLayout.CONTROL_TAIL);
    }

    /** Bytes that can be written, with headers: an estimate for people, taken without the lease. */
    public long free() {
        return Math.clamp(capacity - RecordLayout.UNIT - (end() - head()), 0, capacity);
    }

    /** Committed and not yet read, in bytes: an estimate for people, taken without the lease. */
    public long unread() {
        return Math.max(0, Word.opaque(frame, at + FrameLayout.CONTROL_TAIL)
                - Word.opaque(frame, at + FrameLayout.CONTROL_CURSOR));
    }

    /**
     * Writes the holder's outgoing record, waiting for room for so long.
     *
     * @return its position, or NO_ROOM, DEADLOCK, MOVED
     */
    long write(Holder me, WaitGraph graph, long waitNanos) {
        long result = attempts(me);
        if (result == QUEUED && queue.passes(me)) {
            result = attempts(me);
        }
        if (result != QUEUED && result != BUSY && result != IpcaService.NO_ROOM) {
            return result;
        }
        return waitNanos == 0
                ? IpcaService.NO_ROOM
                : queue.await(this, me, graph, waitNanos);
    }

    /** Attempts until it is written, there is no room, others are first, or too many races are lost. */
    long attempts(Holder me) {
        long result = BUSY;
        for (int lost = 0; result == BUSY && lost < LOST_RACES; lost++) {
            result = attempt(me);
            if (result == BUSY) {
                backOff(lost);
            }
        }
        return result;
    }

    /** Longer each time: a try takes the line of the lease out of the cache of the one who holds it. */
    private static void backOff(int lost) {
        if (lost >= LOST_RACES - PARKS) {
            // Its holder was descheduled: a try that were told so would find no room in an empty IPCA.
            LockSupport.parkNanos(PARK_NANOS);
            return;
        }
        if (lost >= BACK_OFFS) {
            Thread.yield();
            return;
        }
        for (int pause = 0; pause < 4 << lost; pause++) {
            Thread.onSpinWait();
        }
    }

    static boolean written(long result) {
        return result >= 0;
    }

    private long attempt(Holder me) {
        long result;
        try {
            long token = me.enter();
            if (!Word.compareAndSet(tables, at + FrameLayout.CONTROL_LEASE, Lease.FREE, token)) {
                return contended(token);
            }
            try {
                result = held(me);
            } catch (InternalError e) {
                result = damaged(me);
            } catch (RuntimeException | Error e) {
                repair();
                throw e;
            } finally {
                release(token);
            }
        } catch (InternalError e) {
            return damaged(me);
        } catch (IllegalStateException e) {
            if (!view.revoked()) {
                throw e;
            }
            return MOVED;
        } finally {
            me.leave();
            // Even when something was thrown behind the commit: the message is there.
            if (me.committed >= 0 && me.wake) {
                doorbell.ring();
            }
        }
        return result;
    }

    /** Takes the lease for something else than a write; runs it in the section. */
    boolean exclusively(Holder me, Runnable section) {
        try {
            long token = me.enter();
            if (!Word.compareAndSet(tables, at + FrameLayout.CONTROL_LEASE, Lease.FREE, token)) {
                contended(token);
                return false;
            }
            try {
                section.run();
                return true;
            } finally {
                release(token);
            }
        } finally {
            me.leave();
        }
    }

    /**
     * Puts right what a section has left that did not come to its end, in the section of who finds it. The
     * tail may lack a record that was committed; the scanner may have read that, and wiped it, so that the
     * chain of commit words no longer leads there: then it has marked it as read before. Behind the end
     * there may be a pad and a record that were not committed: free room is zero, so that the word behind
     * each record is, whatever payloads were.
     */
    private void repair() {
        long end;
        try {
            do {
                end = end(Math.max(Word.plain(tables, at + FrameLayout.CONTROL_TAIL), cursor()));
            } while (cursor() > end);
        } catch (HypervisorCallException e) {
            // Damaged: the scanner cuts it off there, and wipes all behind it.
            return;
        }
        Word.release(tables, at + FrameLayout.CONTROL_TAIL, end);
        long most = 2 * RecordLayout.recordLimit(capacity) + RecordLayout.UNIT;
        Wipe.zero(ring, end, Math.min(end + most, head() + capacity));
    }

    private void release(long token) {
        if (Word.opaque(tables, at + FrameLayout.CONTROL_LEASE) == token) {
            Word.release(tables, at + FrameLayout.CONTROL_LEASE, Lease.FREE);
        }
    }

    /**
     * A lease is broken on a fact, never on a time: its holder is gone. Who breaks it has it until
     * what that holder left is put right.
     */
    private long contended(long token) {
        // Acquire: the holder's section is to be read after the lease that names it.
        long lease = Word.acquire(tables, at + FrameLayout.CONTROL_LEASE);
        if (lease == Lease.MOVED) {
            return MOVED;
        }
        if (Lease.held(lease) && holders.gone(lease)) {
            Holder gone = holders.of(lease);
            if (Word.compareAndSet(tables, at + FrameLayout.CONTROL_LEASE, lease, token)) {
                try {
                    repair();
                } finally {
                    release(token);
                }
                watch.leaseLost(number, gone == null ? 0 : gone.number());
                doorbell.ring();
            }
        }
        return BUSY;
    }

    private long held(Holder me) {
        me.step(Step.TAKEN);
        // Plain: nobody else stores them while the lease is held, or it does not matter when it is seen.
        if (Word.plain(tables, at + FrameLayout.CONTROL_WAITERS) != 0 && !passes(me)) {
            return QUEUED;
        }
        me.wake = Word.plain(tables, at + FrameLayout.CONTROL_SLEEPING) != 0;
        long tail = end(Word.plain(tables, at + FrameLayout.CONTROL_TAIL));
        me.step(Step.REPAIRED);
        long size = me.outgoing.size();
        long toEnd = capacity - (tail & mask);
        long pad = size > toEnd ? toEnd : 0;
        if (!room(tail, pad + size)) {
            return IpcaService.NO_ROOM;
        }
        me.step(Step.ROOM);
        long position = tail + pad;
        if (me.outgoing.batched()) {
            fit(me.outgoing, tail, pad);
            me.outgoing.writeBatch(ring, position & mask, position, clock.tenths(), me);
            return commit(me, tail, pad, size, me.outgoing.records() * size);
        }
        me.outgoing.write(ring, position & mask, position, clock.tenths(), me);
        return commit(me, tail, pad, size, size);
    }

    /**
     * Whether a holder may write though others wait: it is the first of them, or half of the ring is
     * free, so that it takes no room from the first, and the first has not been passed too often. Were
     * all to queue until nobody waits, each message would cost a wake-up for ever after the first wait.
     */
    private boolean passes(Holder me) {
        if (queue.admits(me)) {
            passed = 0;
            return true;
        }
        return passed < PASS_LIMIT && queue.canBePassed(me)
                && room(Word.plain(tables, at + FrameLayout.CONTROL_TAIL), capacity / 2)
                && ++passed > 0;
    }

    /** As many records of a batch as there is room for before the end of the ring. */
    private void fit(Outgoing batch, long tail, long pad) {
        long size = batch.size();
        long wanted = batch.records() * size;
        room(tail, pad + wanted);
        long free = capacity - (tail - Word.plain(tables, at + FrameLayout.CONTROL_CACHED_HEAD))
                - pad - RecordLayout.UNIT;
        long toEnd = capacity - (tail + pad & mask);
        batch.records((int) (Math.min(wanted, Math.min(free, toEnd)) / size));
    }

    /** Makes what was written behind the tail a record, or a batch: its first commit word comes last. */
    private long commit(Holder me, long tail, long pad, long size, long bytes) {
        long position = tail + pad;
        me.step(Step.BODY);
        // Before the store: a view that is revoked at that instant may throw when it has stored already. Whether
        // it is there the chain of commit words says, to who moves the area.
        me.committed = position;
        Word.release(ring, position & mask, RecordLayout.commitWord(position, size));
        if (pad != 0) {
            pad(tail, pad);
        }
        me.step(Step.COMMITTED);
        Word.release(tables, at + FrameLayout.CONTROL_TAIL, position + bytes);
        me.step(Step.TAILED);
        return position;
    }

    /**
     * A record whose own commit word is stored last: pad and the record behind it appear together. The rest
     * of it is zero, as all free room is.
     */
    private void pad(long tail, long pad) {
        long start = tail & mask;
        long sourceAndFlags = RecordLayout.pack(number, RecordLayout.PAD);
        Word.plain(ring, start + RecordLayout.SOURCE, sourceAndFlags);
        Word.plain(ring, start + RecordLayout.LENGTH,
                RecordLayout.pack(0, RecordLayout.guard(tail, sourceAndFlags, 0, 0)));
        Word.release(ring, start, RecordLayout.commitWord(tail, pad));
    }

    /** Tail is a hint, the chain of commit words is the truth: a holder may have died behind it. */
    private long end(long tail) {
        long end = tail;
        long word;
        while ((word = Word.plain(ring, end & mask)) != 0) {
            long size = RecordLayout.sizeOf(word, end, capacity);
            if (size < 0) {
                throw new HypervisorCallException("IPCA of partition number=" + number
                        + " is damaged at position=" + end + ": nothing was sent");
            }
            end += size;
        }
        if (end != tail) {
            Word.release(tables, at + FrameLayout.CONTROL_TAIL, end);
        }
        return end;
    }

    private boolean room(long tail, long size) {
        long cached = Word.plain(tables, at + FrameLayout.CONTROL_CACHED_HEAD);
        if (size + RecordLayout.UNIT <= capacity - (tail - cached)) {
            return true;
        }
        long head = Word.acquire(tables, at + FrameLayout.CONTROL_HEAD);
        Word.plain(tables, at + FrameLayout.CONTROL_CACHED_HEAD, head);
        return size + RecordLayout.UNIT <= capacity - (tail - head);
    }

    /** Whether a record of so many bytes would fit, as far as can be seen without the lease. */
    boolean hasRoom(long size) {
        long tail = end();
        long toEnd = capacity - (tail & mask);
        long pad = size > toEnd ? toEnd : 0;
        return pad + size + RecordLayout.UNIT <= capacity - (tail - head());
    }

    /** How many wait, and whether any is held back; read by writers beside the lease. */
    void waiters(long count) {
        Word.release(tables, at + FrameLayout.CONTROL_WAITERS, count);
    }

    /**
     * Copies committed bytes of the ring that are not yet read; all others read as zero (S5).
     *
     * @return whether the lease could be had
     */
    boolean read(Holder me, long offset, MemorySegment target, long length) {
        return exclusively(me, () -> {
            long tail = end(Word.plain(tables, at + FrameLayout.CONTROL_TAIL));
            long cursor = cursor();
            target.asSlice(0, length).fill((byte) 0);
            stretch(offset, length, cursor, tail,
                    (low, high) -> MemorySegment.copy(ring, low, target, low - offset,
                            high - low));
            VarHandle.acquireFence();
            // What the scanner read meanwhile it may have begun to wipe.
            stretch(offset, length, cursor, cursor(), (low, high) -> target
                    .asSlice(low - offset, high - low).fill((byte) 0));
        });
    }

    /**
     * Changes a byte of the header of a record that is not yet read.
     *
     * @return whether the lease could be had
     */
    boolean corrupt(Holder me, long position) {
        long last = (position & mask) + RecordLayout.HEADER - 1;
        return exclusively(me, () -> {
            if (position < cursor()) {
                // It has been read, and another record may lie there.
                return;
            }
            ring.set(ValueLayout.JAVA_BYTE, last,
                    (byte) (ring.get(ValueLayout.JAVA_BYTE, last) ^ DAMAGE));
            VarHandle.fullFence();
            if (position < cursor()) {
                // It was read meanwhile, and is free room now, which is zero.
                ring.set(ValueLayout.JAVA_BYTE, last, (byte) 0);
            }
        });
    }

    private long cursor() {
        return Word.acquire(tables, at + FrameLayout.CONTROL_CURSOR);
    }

    /** Ends the ring at a position whose commit word no writer stored. In the section. */
    void cut(long position) {
        Wipe.zero(ring, position, head() + capacity);
        Word.release(tables, at + FrameLayout.CONTROL_TAIL, position);
    }

    /** Offsets in the ring, the end not included. */
    private interface Stretch {
        void between(long low, long high);
    }

    /** What positions and a slice have in common: they cover the ring once or less, in one or two pieces. */
    private void stretch(long offset, long length, long from, long to, Stretch piece) {
        long start = from & mask;
        long size = to - from;
        within(offset, length, start, Math.min(capacity, start + size), piece);
        within(offset, length, 0, start + size - capacity, piece);
    }

    private static void within(long offset, long length, long from, long to, Stretch piece) {
        long low = Math.max(offset, from);
        long high = Math.min(offset + length, to);
        if (low < high) {
            piece.between(low, high);
        }
    }
}
