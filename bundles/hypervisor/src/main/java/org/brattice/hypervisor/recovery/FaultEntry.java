package org.brattice.hypervisor.recovery;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

import org.brattice.api.Fault;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Text;
import org.brattice.hypervisor.memory.Word;

/**
 * An entry of the fault log in the frame. Its sequence number is 0 while it is written; a repetition
 * changes two words that the checksum does not cover. Under the log's monitor.
 */
final class FaultEntry {
    private static final int NAME_LIMIT = (int) (FrameLayout.FAULT_CAUSE - FrameLayout.FAULT_NAME);
    private static final int CAUSE_LIMIT = (int) (FrameLayout.FAULT_DETAIL
            - FrameLayout.FAULT_CAUSE);
    private static final int DETAIL_LIMIT = (int) (FrameLayout.FAULT_SIZE
            - FrameLayout.FAULT_DETAIL);
    private static final int TEXT_BITS = 16;
    private static final int TEXT_MASK = (1 << TEXT_BITS) - 1;

    private final MemorySegment memory;
    private final long at;

    FaultEntry(MemorySegment memory, long at) {
        this.memory = memory;
        this.at = at;
    }

    private long word(long offset) {
        return Word.opaque(memory, at + offset);
    }

    private void word(long offset, long value) {
        Word.release(memory, at + offset, value);
    }

    /** A cause as far as there is room for it. */
    static String cut(String cause) {
        return Text.cut(cause, CAUSE_LIMIT);
    }

    /** Writes a fault; returns it as it stands there. */
    Fault write(long sequence, Fault fault) {
        word(FrameLayout.FAULT_SEQUENCE, 0);
        word(FrameLayout.FAULT_LATEST, fault.latest().toEpochMilli());
        word(FrameLayout.FAULT_COUNT, 1);
        word(FrameLayout.FAULT_MOMENT, fault.moment().toEpochMilli());
        word(FrameLayout.FAULT_KIND, pack(fault.kind().code(), fault.attempt()));
        word(FrameLayout.FAULT_PARTITION, pack(fault.number(), fault.peer()));
        word(FrameLayout.FAULT_POSITION, fault.position());
        long lengths = text(FrameLayout.FAULT_NAME, NAME_LIMIT, fault.partition());
        lengths |= text(FrameLayout.FAULT_CAUSE, CAUSE_LIMIT, fault.cause()) << TEXT_BITS;
        lengths |= text(FrameLayout.FAULT_DETAIL, DETAIL_LIMIT, fault.detail()) << 2 * TEXT_BITS;
        word(FrameLayout.FAULT_LENGTHS, lengths);
        word(FrameLayout.FAULT_CHECKSUM, checksum() ^ sequence);
        word(FrameLayout.FAULT_SEQUENCE, sequence);
        return read();
    }

    /** Counts a repetition; returns the fault as it stands there. */
    Fault repeat(Instant moment) {
        word(FrameLayout.FAULT_LATEST, moment.toEpochMilli());
        word(FrameLayout.FAULT_COUNT, word(FrameLayout.FAULT_COUNT) + 1);
        return read();
    }

    private long text(long offset, int limit, String text) {
        return Text.put(memory, at + offset, limit, text);
    }

    private static long pack(int low, int high) {
        return low & 0xffffffffL | (long) high << 32;
    }

    private long checksum() {
        return Text.checksum(memory, at + FrameLayout.FAULT_MOMENT,
                FrameLayout.FAULT_SIZE - FrameLayout.FAULT_MOMENT, -1) & 0xffffffffL;
    }

    /** The fault that stands there, or null. */
    Fault read() {
        long sequence = word(FrameLayout.FAULT_SEQUENCE);
        Fault.Kind kind = Fault.Kind.of((int) word(FrameLayout.FAULT_KIND));
        if (sequence <= 0 || kind == null
                || word(FrameLayout.FAULT_CHECKSUM) != (checksum() ^ sequence)) {
            return null;
        }
        long lengths = word(FrameLayout.FAULT_LENGTHS);
        return new Fault(sequence, get(FrameLayout.FAULT_NAME, NAME_LIMIT, lengths),
                (int) word(FrameLayout.FAULT_PARTITION), kind,
                Instant.ofEpochMilli(word(FrameLayout.FAULT_MOMENT)),
                Instant.ofEpochMilli(word(FrameLayout.FAULT_LATEST)),
                Math.max(1, word(FrameLayout.FAULT_COUNT)),
                (int) (word(FrameLayout.FAULT_PARTITION) >>> 32),
                word(FrameLayout.FAULT_POSITION), (int) (word(FrameLayout.FAULT_KIND) >>> 32),
                get(FrameLayout.FAULT_CAUSE, CAUSE_LIMIT, lengths >>> TEXT_BITS),
                get(FrameLayout.FAULT_DETAIL, DETAIL_LIMIT, lengths >>> 2 * TEXT_BITS));
    }

    private String get(long offset, int limit, long length) {
        return Text.get(memory, at + offset, limit, length & TEXT_MASK);
    }
}
