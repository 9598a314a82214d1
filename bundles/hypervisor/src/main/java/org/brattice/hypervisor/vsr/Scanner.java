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
    private static final int LOOKS = 100;
    private static final int GATHER_AFTER = 256;
    private static final int GATHER_PAUSES = 24;
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
    private Checksum checksum;
    private long at;
    private long capacity;
    private long mask;
    private long cursor;
    private long head;
    private boolean givenUp;
    private long attempted;
    private long handled;
    private boolean gathering;
    private int untilGathering = GATHER_AFTER;
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
        capacity = area.capacity();
        mask = capacity - 1;
        attempted = Word.plain(tables, at + FrameLayout.CONTROL_ATTEMPT);
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

    /** The coarse time that records carry: a field, no clock. */
    public int tenths() {
        return vsr.tenths();
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
        if (done != 0) {
            // One writer: no fence for a number that people look at.
            read.lazySet(handled);
            gather(done);
        }
        if (cursor != head) {
            delete();
        }
        return done + notices();
    }

    /**
     * Whether to pause before the next look. A scanner that looks at each record while it is written
     * takes its line out of the writer's cache, several times a message; so once in a while it
     * tries a pause, and goes on with it for as long as it finds more than one message behind it.
     */
    private void gather(int done) {
        if (gathering) {
            gathering = done > 1;
            untilGathering = GATHER_AFTER;
        } else {
            untilGathering -= done;
            gathering = untilGathering <= 0;
        }
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
        long size = RecordLayout.sizeOf(word, cursor, capacity);
        long start = cursor & mask;
        if (size < 0 || start + size > capacity) {
            return cut(word);
        }
        long sourceAndFlags = Word.plain(ring, start + RecordLayout.SOURCE);
        long lengthAndGuard = Word.plain(ring, start + RecordLayout.LENGTH);
        int flags = RecordLayout.high(sourceAndFlags);
        int length = RecordLayout.low(lengthAndGuard);
        long stampAndChecksum = Word.plain(ring, start + RecordLayout.STAMP);
        int guard = RecordLayout.guard(cursor, sourceAndFlags, length, stampAndChecksum);
        if ((flags & RecordLayout.KIND) == RecordLayout.CHUNK
                ? !RecordLayout.guarded(ring, cursor, size)
                : guard != RecordLayout.high(lengthAndGuard)) {
            reader.corrupted(cursor, "its header; skipped");
            mark(size);
            return 1;
        }
        if (!RecordLayout.fits(flags, length, start, size, capacity)) {
            return cut(word);
        }
        if ((flags & RecordLayout.CHECKED) != 0
                && !intact(flags, start, length, RecordLayout.high(stampAndChecksum))) {
            reader.corrupted(cursor, "its payload; skipped");
            mark(size);
            return 1;
        }
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

    private boolean intact(int flags, long start, int length, int expected) {
        if (checksum == null) {
            checksum = new Checksum();
        }
        return checksum.of(ring, start + RecordLayout.headerSize(flags), length) == expected;
    }

    /** Offers a record until its handler comes to its end; false when the boot is to end first. */
    private boolean offer(int flags, int source, long start, int length) {
        long mark = cursor / RecordLayout.UNIT << ATTEMPT_BITS;
        int attempt = (attempted ^ mark) >>> ATTEMPT_BITS == 0
                ? 1 + (int) (attempted & (1 << ATTEMPT_BITS) - 1)
                : 1;
        givenUp = false;
        while (true) {
            if (attempt > ATTEMPT_LIMIT) {
                givenUp = true;
                reader.poisoned(source, cursor, ATTEMPT_LIMIT);
                offering.giveUp(flags, start, length);
                return true;
            }
            attempted = mark | attempt;
            Word.release(tables, at + FrameLayout.CONTROL_ATTEMPT, attempted);
            if (offering.offer(flags, source, cursor, start, length, attempt)) {
                handled++;
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
        if (cursor - head > capacity / 4) {
            delete();
        }
    }

    /** Deletes what has been read, and wakes the first who waits for room. */
    private void delete() {
        head = cursor;
        Word.release(tables, at + FrameLayout.CONTROL_HEAD, head);
        VarHandle.fullFence();
        // Not the word of waiters: it lies in the writers' line, which the next write would miss.
        area.queue().wakeFirst();
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
        if (look()) {
            return;
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

    /** Looks for a little while, without sleeping; whether there is something. */
    public boolean look() {
        if (gathering) {
            for (int pause = 0; pause < GATHER_PAUSES; pause++) {
                Thread.onSpinWait();
            }
        }
        for (int look = 0; look < LOOKS; look++) {
            if (something()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private boolean something() {
        return Word.acquire(ring, cursor & mask) != 0 || remap != null || peers.noticed(index)
                || streams.dirty() || reader.waiting();
    }
}
