package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

import org.brattice.hypervisor.memory.Word;

/**
 * The chain of commit words from a position: where it ends, and whether it ends in damage. Only while
 * no writer can store.
 *
 * @param end the first position without a record
 * @param damaged whether a word stands there that no writer stored
 */
record Chain(long end, boolean damaged) {
    static Chain of(MemorySegment ring, long start) {
        return of(ring, start, null);
    }

    /** Told of each record. */
    interface Visitor {
        void record(long position, long size);
    }

    static Chain of(MemorySegment ring, long start, Visitor visitor) {
        long capacity = ring.byteSize();
        long position = start;
        while (true) {
            long at = position & (capacity - 1);
            long word = Word.acquire(ring, at);
            if (word == 0) {
                return new Chain(position, false);
            }
            long size = RecordLayout.sizeOf(word, position, capacity);
            if (size < 0 || at + size > capacity
                    || position + size - start > capacity - RecordLayout.UNIT) {
                return new Chain(position, true);
            }
            if (visitor != null) {
                visitor.record(position, size);
            }
            position += size;
        }
    }
}
