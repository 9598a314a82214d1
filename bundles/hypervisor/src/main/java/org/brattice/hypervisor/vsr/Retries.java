package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;

/**
 * The records of one IPCA that were set aside because a handler failed, for one boot: each source's in
 * their order, offered again when they are due, while other sources' are read from the ring. Called by
 * the scanner on its thread.
 */
final class Retries {
    private static final long FULL_PAUSE = TimeUnit.MILLISECONDS.toNanos(250);
    /** So that one source's do not keep others', and the ring's, waiting. */
    private static final int TURN = 16;

    private final Vsr vsr;
    private final int receiver;
    private final View view;
    private final RetryPolicy policy;
    private final Reader reader;
    private final Answers answers;
    private final Streams streams;
    private final RetryStore store;
    private final List<Line> lines = new ArrayList<>();
    private int changes;
    private MemorySegment staging;
    private Offering offering;

    /** What one source has sent and the firmware has not yet taken. */
    private static final class Line {
        private final RetryQueue queue;
        private final int source;
        private long due = System.nanoTime();
        private boolean held;
        private boolean full;

        private Line(RetryQueue queue) {
            this.queue = queue;
            this.source = queue.source();
        }
    }

    Retries(Vsr vsr, int receiver, View view, RetryPolicy policy, Reader reader, Answers answers,
            Streams streams) {
        this.vsr = vsr;
        this.receiver = receiver;
        this.view = view;
        this.policy = policy;
        this.reader = reader;
        this.answers = answers;
        this.streams = streams;
        this.store = vsr.retry();
        this.changes = store.changes() - 1;
        look();
    }

    boolean none() {
        return lines.isEmpty();
    }

    /** Whether later records of a source must go behind it. */
    boolean holds(int source) {
        return line(source) != null;
    }

    private Line line(int source) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).source == source) {
                return lines.get(i);
            }
        }
        return null;
    }

    /** Finds queues that were there before this boot, or were made by somebody else. */
    private void look() {
        int now = store.changes();
        if (now == changes) {
            return;
        }
        changes = now;
        for (RetryQueue queue : store.of(receiver, view)) {
            if (!holds(queue.source())) {
                Line line = new Line(queue);
                // By an earlier boot, perhaps: who let it go otherwise?
                line.held = vsr.heldBack(receiver, line.source);
                lines.add(line);
                holdBack(line);
            }
        }
    }

    /**
     * Sets a record aside, behind what there is of its source.
     *
     * @param attempt how often it has been offered
     * @return false when the store has no room: nothing has changed
     */
    boolean setAside(int source, long position, MemorySegment ring, long start, long size,
            int attempt) {
        Line line = line(source);
        if (line == null) {
            RetryQueue queue = store.open(receiver, source, view);
            if (queue == null) {
                return false;
            }
            line = new Line(queue);
        }
        if (attempt > 0 && line.queue.empty()) {
            // First: were the process killed behind the append, a repetition would not be told as one.
            line.queue.attempt(attempt);
        }
        // Set aside before the process was killed, which then had not come to the read mark.
        boolean there = position <= line.queue.lastPosition();
        if (!there && !line.queue.append(ring, start, size)) {
            close(line);
            return false;
        }
        if (!lines.contains(line)) {
            line.due = System.nanoTime() + (attempt > 0 ? policy.delay(attempt) : 0);
            lines.add(line);
        }
        holdBack(line);
        return true;
    }

    /** A source that fills the store is held back, and nobody else. */
    private void holdBack(Line line) {
        // There must be room for all that it may have in the ring still.
        boolean hold = line.full || line.queue.bytes() > store.size() / 8
                || store.free() < Math.max(store.size() / 2, 2 * vsr.area(receiver).capacity());
        if (hold && !line.held) {
            line.held = true;
            vsr.holdBack(receiver, line.source, true);
        }
    }

    /** Nanoseconds until something is due. */
    long rest() {
        long rest = Long.MAX_VALUE;
        long now = lines.isEmpty() ? 0 : System.nanoTime();
        for (int i = 0; i < lines.size(); i++) {
            rest = Math.min(rest, Math.max(0, lines.get(i).due - now));
        }
        return rest;
    }

    /** Whether something is due, or was brought by somebody else. */
    boolean due() {
        return store.changes() != changes || !lines.isEmpty() && rest() == 0;
    }

    /** Offers what is due; returns how much was done. */
    int offer() {
        look();
        int done = 0;
        for (int i = lines.size() - 1; i >= 0; i--) {
            Line line = lines.get(i);
            int before = done;
            while (done - before < TURN && !line.queue.empty() && !reader.stopping()
                    && System.nanoTime() - line.due >= 0) {
                offer(line);
                done++;
            }
            close(line);
        }
        return done;
    }

    /** A line that is empty ends: what its source sends goes to the handler again. */
    private void close(Line line) {
        if (line.queue.empty() && line.queue.close()) {
            lines.remove(line);
            if (line.held) {
                vsr.holdBack(receiver, line.source, false);
            }
        }
    }

    private void offer(Line line) {
        MemorySegment records = staging();
        long size = line.queue.read(records);
        if (size < 0) {
            reader.corrupted(-1, "the copies that were set aside of source=" + line.source
                    + "; cut off");
            return;
        }
        long position = RecordLayout.positionOf(Word.plain(records, 0));
        if (!RecordLayout.whole(records, size)) {
            reader.corrupted(position, "the copy that was set aside; skipped");
            line.queue.remove();
            return;
        }
        long sourceAndFlags = Word.plain(records, RecordLayout.SOURCE);
        int flags = RecordLayout.high(sourceAndFlags);
        int source = RecordLayout.low(sourceAndFlags);
        int length = RecordLayout.low(Word.plain(records, RecordLayout.LENGTH));
        int attempt = line.queue.attempt() + 1;
        int limit = policy.attempts() + line.queue.attemptsBefore();
        if (attempt <= limit) {
            line.queue.attempt(attempt);
            if (offering.offer(flags, source, position, 0, length, attempt)) {
                answers.read(flags, source, position);
                line.queue.remove();
                answers.deleted();
                return;
            }
            if (reader.stopping()) {
                line.queue.attempt(attempt == limit ? policy.cutShort(attempt) : attempt);
                return;
            }
        }
        if (attempt < limit) {
            line.due = System.nanoTime() + policy.delay(attempt);
        } else if (vsr.letters().add(receiver, records, 0, size, Math.min(attempt, limit),
                reader.failure(), view)) {
            line.full = false;
            reader.poisoned(source, position, Math.min(attempt, limit));
            offering.giveUp(flags, source, 0, length);
            answers.gaveUp(flags, source, position);
            line.queue.remove();
        } else {
            lettersFull(line, source, position);
        }
    }

    private void lettersFull(Line line, int source, long position) {
        line.due = System.nanoTime() + FULL_PAUSE;
        if (!line.full) {
            line.full = true;
            reader.full(source, position, "dead-letter store");
        }
        holdBack(line);
    }

    /** Native memory of this boot: what a handler keeps of it throws when the boot has ended. */
    private MemorySegment staging() {
        if (staging == null) {
            staging = view.allocate(RecordLayout.RECORD_LIMIT);
            offering = new Offering(staging, reader, streams,
                    vsr.area(receiver).queue().streams(), vsr::name);
        }
        return staging;
    }
}
