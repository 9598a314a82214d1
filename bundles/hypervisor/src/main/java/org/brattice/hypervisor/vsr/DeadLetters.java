package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

import org.brattice.api.DeadLetter;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;

/**
 * Messages that were given up, in the frame: each stays until somebody drops it or puts it back, and
 * nothing is ever overwritten. Any thread, under this object's monitor; a killed process leaves each
 * change made or not.
 */
public final class DeadLetters {
    private final MemorySegment memory;
    private final FrameLayout layout;
    private final long limit;
    private final IntFunction<String> names;
    private final Pages pages;
    private final BitSet used = new BitSet();
    private final Map<Long, LetterRow> byId = new TreeMap<>();
    private final Map<Key, Long> byKey = new HashMap<>();
    private final Map<Long, Integer> places = new HashMap<>();

    private record Key(int receiver, long position) {}

    /** Whether a message is among those that its receiver has not read. */
    interface Waiting {
        boolean waits(int receiver, long position);
    }

    /**
     * In a frame.
     *
     * @param limit bytes of the largest payload that is kept
     * @param names of partitions by number
     */
    DeadLetters(MemorySegment memory, FrameLayout layout, long limit, IntFunction<String> names) {
        this.memory = memory;
        this.layout = layout;
        this.limit = limit;
        this.names = names;
        this.pages = new Pages(memory, layout.letterLinks(), layout.letterPages(),
                layout.letterCount());
    }

    /**
     * Finds what an earlier process has left. Control thread, before any boot; doing it twice changes
     * nothing.
     *
     * @return what was damaged, in words
     */
    synchronized List<String> attach() {
        List<String> damages = new ArrayList<>();
        pages.clear();
        used.clear();
        byId.clear();
        byKey.clear();
        places.clear();
        long next = Math.max(1, Word.opaque(memory, FrameLayout.HEADER_NEXT_LETTER));
        for (int index = 0; index < layout.letterCount(); index++) {
            LetterRow row = row(index);
            long id = row.id();
            if (id == 0) {
                continue;
            }
            if (!row.sound() || byId.containsKey(id)
                    || byKey.containsKey(new Key(row.receiver(), row.position()))) {
                damages.add("dead letters: the row of letter=" + id + " is damaged; dropped");
                row.id(0);
            } else if (!claim(row)) {
                damages.add("dead letters: the pages of letter=" + id + " are damaged; dropped");
                row.id(0);
            } else {
                enter(index, row);
                next = Math.max(next, id + 1);
            }
        }
        Word.release(memory, FrameLayout.HEADER_NEXT_LETTER, next);
        return damages;
    }

    /** Drops letters whose messages wait still: the process ended between the two, and they go on. */
    synchronized void settle(Waiting waiting) {
        for (LetterRow row : List.copyOf(byId.values())) {
            if (waiting.waits(row.receiver(), row.position())) {
                drop(row.id());
            }
        }
    }

    /** Takes the pages of a row; none of them when they are no chain of its own. */
    private boolean claim(LetterRow row) {
        int page = row.firstPage();
        List<Integer> chain = new ArrayList<>();
        for (long rest = row.kept(); rest > 0; rest -= Pages.SIZE) {
            if (!pages.use(page)) {
                chain.forEach(pages::give);
                return false;
            }
            chain.add(page);
            page = pages.next(page);
        }
        return true;
    }

    private LetterRow row(int index) {
        return new LetterRow(memory, layout.letterRow(index));
    }

    private void enter(int index, LetterRow row) {
        used.set(index);
        byId.put(row.id(), row);
        byKey.put(new Key(row.receiver(), row.position()), row.id());
        places.put(row.id(), index);
    }

    /**
     * Keeps a message; one that is kept already is not kept twice.
     *
     * @param record the memory that its record begins in
     * @param start where it begins
     * @param size bytes of the record
     * @param fence view of the boot that gives it up, or null
     * @return false when there is no room; nothing is changed then
     */
    synchronized boolean add(int receiver, MemorySegment record, long start, long size,
            int attempts, String reason, View fence) {
        RetryStore.fenced(fence);
        return add(receiver, new Unread(record, start, size, attempts), reason);
    }

    private boolean add(int receiver, Unread message, String reason) {
        if (contains(receiver, message.position())) {
            return true;
        }
        long kept = kept(message);
        int index = used.nextClearBit(0);
        if (index >= layout.letterCount() || kept > pages.free()) {
            return false;
        }
        int first = pages.take(Pages.NONE, kept);
        LetterRow row = row(index);
        try {
            if (kept > 0) {
                pages.write(first, 0, message.memory(), message.start() + headerSize(message),
                        kept);
            }
            int source = RecordLayout
                    .low(Word.plain(message.memory(), message.start() + RecordLayout.SOURCE));
            row.write(receiver, message, kept, first, names.apply(receiver), names.apply(source),
                    reason);
        } catch (RuntimeException e) {
            pages.give(first, kept);
            throw e;
        }
        long id = Word.opaque(memory, FrameLayout.HEADER_NEXT_LETTER);
        Word.release(memory, FrameLayout.HEADER_NEXT_LETTER, id + 1);
        row.id(id);
        enter(index, row);
        return true;
    }

    private static int headerSize(Unread message) {
        return RecordLayout.headerSize(RecordLayout
                .high(Word.plain(message.memory(), message.start() + RecordLayout.SOURCE)));
    }

    /** Bytes of a message's payload that would be kept. */
    private long kept(Unread message) {
        long length = RecordLayout
                .low(Word.plain(message.memory(), message.start() + RecordLayout.LENGTH));
        return length <= limit ? length : 0;
    }

    /**
     * Keeps all messages of a receiver, or none.
     *
     * @return how many there is no room for; 0 when all are kept
     */
    synchronized int addAll(int receiver, List<Unread> messages, String reason) {
        int lacking = lacking(receiver, messages);
        if (lacking == 0) {
            messages.forEach(message -> add(receiver, message, reason));
        }
        return lacking;
    }

    /** For how many of the messages of a receiver there is no room. */
    synchronized int lacking(int receiver, List<Unread> messages) {
        long room = pages.free();
        int rows = layout.letterCount() - used.cardinality();
        int lacking = 0;
        for (Unread message : messages) {
            if (!contains(receiver, message.position())) {
                long bytes = (kept(message) + Pages.SIZE - 1) / Pages.SIZE * Pages.SIZE;
                if (rows == 0 || bytes > room) {
                    lacking++;
                } else {
                    rows--;
                    room -= bytes;
                }
            }
        }
        return lacking;
    }

    /** Whether a message is kept. */
    synchronized boolean contains(int receiver, long position) {
        return byKey.containsKey(new Key(receiver, position));
    }

    /** Bytes that are free for payloads. */
    public synchronized long free() {
        return pages.free();
    }

    /** All letters, by id. */
    public synchronized List<DeadLetter> list() {
        return byId.values().stream().map(LetterRow::letter).toList();
    }

    /** A letter, or null. */
    public synchronized DeadLetter letter(long id) {
        LetterRow row = byId.get(id);
        return row == null ? null : row.letter();
    }

    /** What is kept of a letter's payload, or null when there is no such letter. */
    public synchronized byte[] payload(long id) {
        LetterRow row = byId.get(id);
        if (row == null) {
            return null;
        }
        byte[] bytes = new byte[(int) row.kept()];
        pages.read(row.firstPage(), 0, MemorySegment.ofArray(bytes), 0, bytes.length);
        return bytes;
    }

    /** The record of a letter as it was sent, with how often it was offered; its payload is kept whole. */
    synchronized MemorySegment record(long id) {
        LetterRow row = byId.get(id);
        byte[] payload = payload(id);
        long size = RecordLayout.size(row.flags(), payload.length);
        MemorySegment record = MemorySegment.ofArray(new long[(int) (size / Long.BYTES)]);
        Word.plain(record, 0, RecordLayout.commitWord(row.position(), size));
        Word.plain(record, RecordLayout.SOURCE, RecordLayout.pack(row.source(),
                RecordLayout.withAttemptsBefore(row.flags(), row.attempts())));
        Word.plain(record, RecordLayout.LENGTH, RecordLayout.pack(payload.length, 0));
        Word.plain(record, RecordLayout.STAMP, row.stamp());
        MemorySegment.copy(payload, 0, record, ValueLayout.JAVA_BYTE, RecordLayout.HEADER,
                payload.length);
        RecordLayout.guard(record, row.position(), size);
        return record;
    }

    /** Drops a letter for ever; whether it was there. */
    public synchronized boolean drop(long id) {
        LetterRow row = byId.remove(id);
        if (row == null) {
            return false;
        }
        row.id(0);
        byKey.remove(new Key(row.receiver(), row.position()));
        used.clear(places.remove(id));
        pages.give(row.firstPage(), row.kept());
        return true;
    }
}
