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
    private static final long FULL_PAUSE = 10_000_000;
    private static final long LOST_PAUSE = 100_000_000;
    private static final int LOOKS = 100;
    private static final long BUSY_PAUSE_NANOS = 50_000;

    private final Vsr vsr;
    private final Holder me;
    private final Reader reader;
    private final View view;
    private final MemorySegment tables;
    private final RetryPolicy policy;
    private final Retries retries;
    private final Streams streams;
    private final Peers peers;
    private final Tracks tracks;
    private final TracksRead tracked;
    private final int index;
    private final Answers answers;
    private final Peers.Listener acknowledged = new Acknowledged();
    private final Streams.Listener aborted;
    private Area area;
    private MemorySegment ring;
    private Wipe wipe;
    private Offering offering;
    private Checksum checksum;
    private long at;
    private long capacity;
    private long mask;
    private long cursor;
    private long head;
    private boolean paused;
    private boolean told;
    private long again;
    private long attempted;
    private long handled;
    private volatile Area remap;
    private final AtomicLong read = new AtomicLong();
    private final Gathering gathering = new Gathering();

    /** Of a partition's area; the current thread is the scanner's. */
    public Scanner(Vsr vsr, Area area, Holder me, View view, Reader reader, RetryPolicy policy) {
        this.vsr = vsr;
        this.me = me;
        this.view = view;
        this.reader = reader;
        this.index = vsr.index(area.number());
        this.tables = view.tables();
        this.streams = new Streams(tables, vsr.layout().page(index));
        this.peers = new Peers(tables, vsr.layout());
        this.tracks = new Tracks(tables, vsr.layout());
        this.tracked = new TracksRead(tracks, area.number());
        this.answers = new Answers(vsr, peers, index, area.number(), tracks, tracked);
        this.policy = policy;
        this.retries = new Retries(vsr, area.number(), view, policy, reader, answers,
                streams);
        this.aborted = reader::aborted;
        area.doorbell().bind();
        take(area);
    }

    private void take(Area newArea) {
        area = newArea;
        paused = false;
        MemorySegment writable = view.segment(area.base(), area.capacity());
        ring = writable.asReadOnly();
        wipe = new Wipe(writable);
        offering = new Offering(ring, reader, streams, area.queue().streams(), vsr::name);
        at = vsr.layout().controls(area.control());
        capacity = area.capacity();
        mask = capacity - 1;
        attempted = Word.plain(tables, at + FrameLayout.CONTROL_ATTEMPT);
        cursor = Word.plain(tables, at + FrameLayout.CONTROL_CURSOR);
        head = Word.plain(tables, at + FrameLayout.CONTROL_HEAD);
        Word.opaque(tables, at + FrameLayout.CONTROL_SLEEPING, 0);
        // A remap has deleted what was read; an earlier boot may have left something to delete.
        tracked.deleted();
        if (head != cursor) {
            // An earlier boot has read it, may not have answered it, and may have wiped some of it.
            vsr.answerAgain(area, head, cursor);
            tracks.read(area.number(), head, cursor, tracked);
        }
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
        while (done < limit && !reader.stopping() && !pausing()) {
            long word = Word.acquire(ring, cursor & mask);
            if (word == 0) {
                break;
            }
            int one = record(word);
            if (one == 0) {
                break;
            }
            done += one;
            trim();
        }
        if (done != 0) {
            // One writer: no fence for a number that people look at.
            read.lazySet(handled);
            gathering.found(done);
        }
        if (cursor != head) {
            delete();
        }
        if (retries.due()) {
            int offered = retries.offer();
            if (offered > 0) {
                // There may be room in the retry store now.
                again = System.nanoTime();
            }
            // Once, and not for each record that finds room when another has been taken.
            told &= !retries.none();
            done += offered;
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
            area.queue().streams().freed();
        }
        if (peers.roomNoticed(index)) {
            heard += peers.hearRoom(index, acknowledged);
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

        /** It has room for what the partition could not send: now it is its turn. */
        @Override
        public void room(int peer) {
            int receiver = vsr.number(peer);
            if (receiver != 0 && vsr.beginTurn(me, receiver)) {
                try {
                    reader.room(receiver);
                } finally {
                    vsr.endTurn(me, receiver);
                }
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
            tracks.lost(area.number(), cursor, cursor + size);
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
            case RecordLayout.PAD -> mark(size);
            case RecordLayout.MESSAGE, RecordLayout.CHUNK -> {
                return offer(flags, source, start, length, size);
            }
            default -> {
                reader.corrupted(cursor, "flags=" + flags + "; skipped");
                mark(size);
            }
        }
        return 1;
    }

    private boolean intact(int flags, long start, int length, int expected) {
        if (checksum == null) {
            checksum = new Checksum();
        }
        return checksum.of(ring, start + RecordLayout.headerSize(flags), length) == expected;
    }

    /** Offers a record; returns 0 when it must stay unread. */
    private int offer(int flags, int source, long start, int length, long size) {
        long position = cursor;
        if (!retries.none() && retries.holds(source)) {
            return setAside(source, start, size, 0);
        }
        int attempt = 1 + Attempts.of(attempted, position);
        if (attempt <= policy.attempts()) {
            attempted(position, attempt);
            if (offering.offer(flags, source, position, start, length, attempt)) {
                handled++;
                mark(size);
                answers.read(flags, source, position);
                return 1;
            }
            if (reader.stopping()) {
                attempted(position, policy.cutShort(attempt));
                return 0;
            }
        }
        return failed(flags, source, start, length, size, Math.min(attempt, policy.attempts()));
    }

    private void attempted(long position, int attempt) {
        attempted = Attempts.word(position, attempt);
        Word.release(tables, at + FrameLayout.CONTROL_ATTEMPT, attempted);
    }

    /** A handler has failed: sets the record aside, or makes it a dead letter. */
    private int failed(int flags, int source, long start, int length, long size, int attempt) {
        long position = cursor;
        if (attempt == 1 && reader.lostMemory()) {
            // What cannot be read must not be copied either; when the memory is lost the IPCA moves.
            paused = true;
            again = System.nanoTime() + LOST_PAUSE;
            return 0;
        }
        if (attempt == policy.attempts()
                && vsr.letters().add(area.number(), ring, start, size, attempt,
                        reader.failure(), view)) {
            reader.poisoned(source, position, attempt);
            offering.giveUp(flags, source, start, length);
            mark(size);
            answers.gaveUp(flags, source, position);
            return 1;
        }
        return setAside(source, start, size, attempt);
    }

    private int setAside(int source, long start, long size, int attempt) {
        if (retries.setAside(source, cursor, ring, start, size, attempt)) {
            paused = false;
            mark(size);
            return 1;
        }
        if (!told) {
            told = true;
            reader.full(source, cursor, "retry store");
        }
        paused = true;
        again = System.nanoTime() + Math.max(FULL_PAUSE, policy.delay(attempt));
        return 0;
    }

    /** Whether the ring waits: for room in the retry store, or to move away from lost memory. */
    private boolean pausing() {
        return paused && System.nanoTime() - again < 0 || area.damaged();
    }

    /** The read mark: what was before the cursor is never offered again. */
    private void mark(long size) {
        cursor += size;
        Word.release(tables, at + FrameLayout.CONTROL_CURSOR, cursor);
    }

    /** So that writers of a full ring need not wait for the end of the scan; all was answered before. */
    private void trim() {
        if (cursor - head > capacity / 4) {
            delete();
        }
    }

    /** Deletes what has been read, and wakes the first who waits for room. */
    private void delete() {
        wipe.between(head, cursor);
        head = cursor;
        Word.release(tables, at + FrameLayout.CONTROL_HEAD, head);
        answers.deleted();
        VarHandle.fullFence();
        // Not the word of waiters: it lies in the writers' line, which the next write would miss.
        area.queue().wakeFirst();
    }

    /** A commit word that no writer stored: nothing behind it can be found again. */
    private int cut(long word) {
        String what = "its commit word 0x" + Long.toHexString(word) + "; cut there";
        boolean cut = area.exclusively(me, () -> area.cut(cursor));
        if (cut) {
            tracks.lost(area.number(), cursor, Long.MAX_VALUE);
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
            LockSupport.parkNanos(this, Math.min(nanos, rest()));
        }
        Word.opaque(tables, at + FrameLayout.CONTROL_SLEEPING, 0);
    }

    /** Looks for a little while, without sleeping; whether there is something. */
    public boolean look() {
        gathering.pause();
        for (int look = 0; look < LOOKS; look++) {
            if (something()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    boolean something() {
        return Word.acquire(ring, cursor & mask) != 0 && !pausing() || remap != null
                || peers.noticed(index) || peers.roomNoticed(index)
                || streams.dirty() || retries.due() || reader.waiting();
    }

    /** Nanoseconds until something that was put off is due. */
    private long rest() {
        return Math.min(retries.rest(),
                paused ? Math.max(0, again - System.nanoTime()) : Long.MAX_VALUE);
    }
}
