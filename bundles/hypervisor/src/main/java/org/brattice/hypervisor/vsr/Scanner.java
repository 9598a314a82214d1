package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;

/**
 * The owner's event scan of one IPCA (S6), for one boot. All memory is reached through the boot's view:
 * when a handler hangs and the boot is fenced, the first access after it throws. One thread.
 */
public final class Scanner {
    static final int ATTEMPT_LIMIT = 3;
    private static final int ATTEMPT_BITS = 8;
    private static final int SPINS = 100;
    private static final long BUSY_PAUSE_NANOS = 50_000;

    private final Vsr vsr;
    private final Holder me;
    private final Reader reader;
    private final View view;
    private final MemorySegment tables;
    private final Streams streams;
    private final Peers peers;
    private final int index;
    private final Answers answers;
    private final Peers.Listener acknowledged = new Acknowledged();
    private final Streams.Listener aborted;
    private Area area;
    private MemorySegment ring;
    private Offering offering;
    private long at;
    private long mask;
    private long cursor;
    private long head;
    private boolean givenUp;
    private volatile Area remap;
    private final AtomicLong read = new AtomicLong();

    /** Of a partition's area; the current thread is the scanner's. */
    public Scanner(Vsr vsr, Area area, Holder me, View view, Reader reader) {
        this.vsr = vsr;
        this.me = me;
        this.view = view;
        this.reader = reader;
        this.index = vsr.index(area.number());
        this.tables = view.tables();
        this.streams = new Streams(tables, vsr.layout().page(index));
        this.peers = new Peers(tables, vsr.layout());
        this.answers = new Answers(vsr, peers, index);
        this.aborted = reader::aborted;
        area.doorbell().bind();
        take(area);
    }

    private void take(Area newArea) {
        area = newArea;
        ring = view.segment(area.base(), area.capacity()).asReadOnly();
        offering = new Offering(ring, reader, streams, vsr::name);
        at = vsr.layout().controls(area.control());
        mask = area.capacity() - 1;
        cursor = Word.plain(tables, at + FrameLayout.CONTROL_CURSOR);
        head = Word.plain(tables, at + FrameLayout.CONTROL_HEAD);
        Word.opaque(tables, at + FrameLayout.CONTROL_SLEEPING, 0);
    }

    /** Asks the scanner to move its IPCA to another area, between two messages. Any thread. */
    public void remap(Area to) {
        synchronized (this) {
            remap = to;
        }
        area.doorbell().ring();
    }

    /** Makes the move that was asked for, unless the boot has ended: then who ended it makes it. */
    private synchronized void follow() {
        if (view.revoked()) {
            throw new IllegalStateException("the boot of this scanner has ended");
        }
        Area next = takeRemap();
        if (next != null) {
            vsr.move(area, next);
            take(next);
        }
    }

    /** Takes a move that was asked for and not yet made, or null. Any thread. */
    public synchronized Area takeRemap() {
        Area next = remap;
        remap = null;
        return next;
    }

    /** Messages and chunks read. Any thread. */
    public long read() {
        return read.get();
    }

    /** One scan, of so many messages at most; returns how much was done. */
    public int poll(int limit) {
        if (remap != null) {
            follow();
        }
        int done = 0;
        while (done < limit && !reader.stopping()) {
            long word = Word.acquire(ring, cursor & mask);
            if (word == 0) {
                break;
            }
            done += record(word);
        }
        if (cursor != head) {
            delete();
        }
        return done + notices();
    }

    private int notices() {
        int heard = 0;
        if (peers.noticed(index)) {
            heard = peers.hear(index, acknowledged);
        }
        if (streams.dirty()) {
            heard += streams.hear(cursor, aborted);
        }
        return heard;
    }

    /** What the receivers of the partition's own messages did with them. */
    private final class Acknowledged implements Peers.Listener {
        @Override
        public void read(int peer, long position) {
            int receiver = vsr.number(peer);
            if (receiver != 0) {
                reader.read(receiver, position);
            }
        }

        @Override
        public void gaveUp(int peer, long position) {
            int receiver = vsr.number(peer);
            if (receiver != 0) {
                reader.gaveUp(receiver, position);
            }
        }
    }

    /** Reads a record; returns 0 when it must stay unread because the boot ends. */
    private int record(long word) {
        long size = RecordLayout.sizeOf(word, cursor, area.capacity());
        long start = cursor & mask;
        if (size < 0 || start + size > area.capacity()) {
            return cut(word);
        }
        if (!RecordLayout.guarded(ring, cursor, size)) {
            reader.corrupted(cursor, "its header; skipped");
            mark(size);
            return 1;
        }
        if (!RecordLayout.fits(ring, cursor, size)) {
            return cut(word);
        }
        long sourceAndFlags = Word.plain(ring, start + RecordLayout.SOURCE);
        int flags = RecordLayout.high(sourceAndFlags);
        int length = RecordLayout.low(Word.plain(ring, start + RecordLayout.LENGTH));
        int source = RecordLayout.low(sourceAndFlags);
        switch (flags & RecordLayout.KIND) {
            case RecordLayout.PAD -> {
                mark(size);
                return 1;
            }
            case RecordLayout.MESSAGE, RecordLayout.CHUNK -> {
                if (!offer(flags, source, start, length)) {
                    return 0;
                }
            }
            default -> {
                reader.corrupted(cursor, "flags=" + flags + "; skipped");
                mark(size);
                return 1;
            }
        }
        long position = cursor;
        mark(size);
        if (givenUp) {
            answers.gaveUp(source, position);
        } else {
            answers.read(flags, source, position);
        }
        return 1;
    }

    /** Offers a record until its handler comes to its end; false when the boot is to end first. */
    private boolean offer(int flags, int source, long start, int length) {
        long mark = cursor / RecordLayout.UNIT << ATTEMPT_BITS;
        long before = Word.plain(tables, at + FrameLayout.CONTROL_ATTEMPT);
        int attempt = (before ^ mark) >>> ATTEMPT_BITS == 0
                ? 1 + (int) (before & (1 << ATTEMPT_BITS) - 1)
                : 1;
        givenUp = false;
        while (true) {
            if (attempt > ATTEMPT_LIMIT) {
                givenUp = true;
                reader.poisoned(source, cursor, ATTEMPT_LIMIT);
                offering.giveUp(flags, start, length);
                return true;
            }
            Word.release(tables, at + FrameLayout.CONTROL_ATTEMPT, mark | attempt);
            if (offering.offer(flags, source, cursor, start, length, attempt)) {
                // One writer: no fence for a number that people look at.
                read.lazySet(read.getPlain() + 1);
                return true;
            }
            if (reader.stopping()) {
                return false;
            }
            attempt++;
        }
    }

    /** The read mark: what was before the cursor is never offered again. */
    private void mark(long size) {
        cursor += size;
        Word.release(tables, at + FrameLayout.CONTROL_CURSOR, cursor);
        if (cursor - head > area.capacity() / 4) {
            delete();
        }
    }

    /** Deletes what has been read, and wakes the first who waits for room. */
    private void delete() {
        head = cursor;
        Word.release(tables, at + FrameLayout.CONTROL_HEAD, head);
        VarHandle.fullFence();
        if (Word.opaque(tables, at + FrameLayout.CONTROL_WAITERS) != 0) {
            area.queue().wakeFirst();
        }
    }

    /** A commit word that no writer stored: nothing behind it can be found again. */
    private int cut(long word) {
        String what = "its commit word 0x" + Long.toHexString(word) + "; cut there";
        boolean cut = area.exclusively(me, () -> area.cut(cursor));
        if (cut) {
            reader.corrupted(cursor, what);
        }
        return 1;
    }

    /** Sleeps until the doorbell rings, or so long (S9: an idle partition costs no processor time). */
    public void await(long nanos) {
        for (int spin = 0; spin < SPINS; spin++) {
            if (something()) {
                return;
            }
            Thread.onSpinWait();
        }
        boolean asleep = area.exclusively(me,
                () -> Word.opaque(tables, at + FrameLayout.CONTROL_SLEEPING, 1));
        if (!asleep) {
            LockSupport.parkNanos(this, BUSY_PAUSE_NANOS);
            return;
        }
        if (!something()) {
            // Firmware may have left its interrupt pending, which would make every sleep end at once.
            Thread.interrupted();
            LockSupport.parkNanos(this, nanos);
        }
        Word.opaque(tables, at + FrameLayout.CONTROL_SLEEPING, 0);
    }

    /** Looks without sleeping, for processors that poll. */
    public boolean something() {
        return Word.acquire(ring, cursor & mask) != 0 || remap != null || peers.noticed(index)
                || streams.dirty() || reader.waiting();
    }
}
