package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

import org.brattice.hypervisor.memory.Word;

/**
 * Copies what is left of a damaged ring to the same positions of a fresh one. Of a record that is lost
 * only a commit word is there: the scanner reports and skips it, and its position is never used again.
 */
final class Salvage {
    private final MemorySegment from;
    private final MemorySegment to;
    private final Damage damage;
    private final long capacity;
    private final Set<Long> lost = new HashSet<>();

    Salvage(MemorySegment from, MemorySegment to, Damage damage) {
        this.from = from;
        this.to = to;
        this.damage = damage;
        this.capacity = from.byteSize();
    }

    /**
     * Copies from the cursor on.
     *
     * @param tail as the control words have it: what is in front of it was sent
     * @return the end in the fresh ring
     */
    long copy(long cursor, long tail) {
        long position = cursor;
        for (long size; (size = next(position)) > 0; position += size) {
            if (position + size - cursor > capacity - RecordLayout.UNIT) {
                break;
            }
            record(position, size);
        }
        while (position < tail) {
            // The chain breaks on a lost page: where the records in it began nobody knows.
            long size = Math.min(Math.min(tail - position, capacity / 8),
                    capacity - at(position));
            lose(position, size);
            position += size;
        }
        return position;
    }

    /** Positions of records that are lost. */
    Set<Long> lost() {
        return lost;
    }

    private long at(long position) {
        return position & capacity - 1;
    }

    /** Bytes of the next record; not positive where there is none, or none that can be read. */
    private long next(long position) {
        if (damage.lost(at(position), Long.BYTES)) {
            return -1;
        }
        long word = Word.acquire(from, at(position));
        long size = word == 0 ? 0 : RecordLayout.sizeOf(word, position, capacity);
        return at(position) + size > capacity ? -1 : size;
    }

    private void record(long position, long size) {
        if (damage.suspects(position, size) || damage.lost(at(position), size)
                || !RecordLayout.guarded(from, position, size)) {
            lose(position, size);
        } else {
            MemorySegment.copy(from, at(position), to, at(position), size);
        }
    }

    private void lose(long position, long size) {
        lost.add(position);
        Word.plain(to, at(position), RecordLayout.commitWord(position, size));
    }
}
