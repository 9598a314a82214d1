package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

import org.brattice.api.DeadLetter;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Text;
import org.brattice.hypervisor.memory.Word;

/** The row of a dead letter in the frame; its id is stored last. Under the store's monitor. */
final class LetterRow {
    private static final int NAME_LIMIT = 64;
    private static final int REASON_LIMIT = (int) (FrameLayout.LETTER_SIZE
            - FrameLayout.LETTER_REASON);
    private static final int CHECKSUM = (int) (FrameLayout.LETTER_ATTEMPTS + 4
            - FrameLayout.LETTER_KEY);

    private final MemorySegment memory;
    private final long at;

    LetterRow(MemorySegment memory, long at) {
        this.memory = memory;
        this.at = at;
    }

    private long word(long offset) {
        return Word.opaque(memory, at + offset);
    }

    private void word(long offset, long value) {
        Word.opaque(memory, at + offset, value);
    }

    long id() {
        return word(FrameLayout.LETTER_ID);
    }

    void id(long id) {
        Word.release(memory, at + FrameLayout.LETTER_ID, id);
    }

    int receiver() {
        return RecordLayout.low(word(FrameLayout.LETTER_KEY));
    }

    int source() {
        return RecordLayout.high(word(FrameLayout.LETTER_KEY));
    }

    long position() {
        return word(FrameLayout.LETTER_POSITION);
    }

    int flags() {
        return RecordLayout.low(word(FrameLayout.LETTER_FLAGS));
    }

    private int length() {
        return RecordLayout.high(word(FrameLayout.LETTER_FLAGS));
    }

    long kept() {
        return word(FrameLayout.LETTER_KEPT);
    }

    int firstPage() {
        return (int) word(FrameLayout.LETTER_FIRST) - 1;
    }

    long stamp() {
        return word(FrameLayout.LETTER_STAMP);
    }

    /** Writes all but the id. */
    void write(int receiver, Unread message, long kept, int firstPage, String receiverName,
            String sourceName, String reason) {
        MemorySegment from = message.memory();
        long start = message.start();
        long sourceAndFlags = Word.plain(from, start + RecordLayout.SOURCE);
        int flags = RecordLayout.high(sourceAndFlags);
        boolean chunk = (flags & RecordLayout.KIND) == RecordLayout.CHUNK;
        word(FrameLayout.LETTER_KEY,
                RecordLayout.pack(receiver, RecordLayout.low(sourceAndFlags)));
        word(FrameLayout.LETTER_POSITION, message.position());
        word(FrameLayout.LETTER_FLAGS, RecordLayout.pack(
                RecordLayout.withAttemptsBefore(flags, 0),
                RecordLayout.low(Word.plain(from, start + RecordLayout.LENGTH))));
        word(FrameLayout.LETTER_KEPT, kept);
        word(FrameLayout.LETTER_MOMENT, System.currentTimeMillis());
        word(FrameLayout.LETTER_STREAM, chunk ? Word.plain(from, start + RecordLayout.STREAM) : 0);
        word(FrameLayout.LETTER_OFFSET, chunk ? Word.plain(from, start + RecordLayout.OFFSET) : 0);
        word(FrameLayout.LETTER_TOTAL, chunk ? Word.plain(from, start + RecordLayout.TOTAL) : 0);
        word(FrameLayout.LETTER_FIRST, firstPage + 1L);
        word(FrameLayout.LETTER_STAMP, Word.plain(from, start + RecordLayout.STAMP));
        long lengths = Text.put(memory, at + FrameLayout.LETTER_RECEIVER_NAME, NAME_LIMIT,
                receiverName);
        lengths |= (long) Text.put(memory, at + FrameLayout.LETTER_SOURCE_NAME, NAME_LIMIT,
                sourceName) << 16;
        lengths |= (long) Text.put(memory, at + FrameLayout.LETTER_REASON, REASON_LIMIT,
                reason) << 32;
        word(FrameLayout.LETTER_LENGTHS, lengths);
        word(FrameLayout.LETTER_ATTEMPTS, RecordLayout.pack(message.attempts(), 0));
        word(FrameLayout.LETTER_ATTEMPTS, RecordLayout.pack(message.attempts(), checksum()));
    }

    private int checksum() {
        return Text.checksum(memory, at + FrameLayout.LETTER_KEY,
                FrameLayout.LETTER_SIZE - FrameLayout.LETTER_KEY, CHECKSUM);
    }

    /** Whether it is as it was written. */
    boolean sound() {
        return RecordLayout.high(word(FrameLayout.LETTER_ATTEMPTS)) == checksum() && id() > 0;
    }

    int attempts() {
        return RecordLayout.low(word(FrameLayout.LETTER_ATTEMPTS));
    }

    /** As people see it. */
    DeadLetter letter() {
        long lengths = word(FrameLayout.LETTER_LENGTHS);
        long moment = word(FrameLayout.LETTER_MOMENT);
        return new DeadLetter(id(),
                Text.get(memory, at + FrameLayout.LETTER_RECEIVER_NAME, NAME_LIMIT,
                        lengths & 0xffff),
                receiver(),
                Text.get(memory, at + FrameLayout.LETTER_SOURCE_NAME, NAME_LIMIT,
                        lengths >>> 16 & 0xffff),
                source(), position(), sent(moment), Instant.ofEpochMilli(moment), attempts(),
                length(), (int) kept(), word(FrameLayout.LETTER_STREAM),
                word(FrameLayout.LETTER_OFFSET), word(FrameLayout.LETTER_TOTAL),
                Text.get(memory, at + FrameLayout.LETTER_REASON, REASON_LIMIT,
                        lengths >>> 32 & 0xffff));
    }

    /** The last moment before it was given up that has the record's stamp. */
    private Instant sent(long moment) {
        long tenths = moment / Clock.MILLIS;
        int age = Math.max(0, (int) tenths - RecordLayout.low(stamp()));
        return Instant.ofEpochMilli((tenths - age) * Clock.MILLIS);
    }
}
