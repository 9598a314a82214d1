package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

import org.brattice.hypervisor.memory.Word;

/**
 * Zeroes records that have been read, before their room is free: free room is zero, always, so the word
 * behind a record that is written is zero without being stored. It is the reader who does it, because a
 * writer's stores to lines that the reader has only looked at each wait for the reader's cache to let go,
 * while lines that were stored to are fetched ahead. One thread.
 */
final class Wipe {
    /** Copied, because to fill a part of a segment one makes an object of that part. */
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new long[1024]).asReadOnly();

    private final MemorySegment ring;
    private final long mask;

    /** Of one ring. */
    Wipe(MemorySegment ring) {
        this.ring = ring;
        this.mask = ring.byteSize() - 1;
    }

    /**
     * Zeroes what lies between head and cursor, which is answered. Its first commit word goes first: who
     * finds zero there after a kill knows that nothing before the cursor is owed any more.
     */
    void between(long head, long cursor) {
        VarHandle.releaseFence();
        Word.release(ring, head & mask, 0);
        VarHandle.releaseFence();
        zero(ring, head, cursor);
    }

    /** Zeroes from one position to another, in pieces that keep nobody waiting. */
    static void zero(MemorySegment ring, long from, long to) {
        for (long at = from; at < to;) {
            long start = at & ring.byteSize() - 1;
            long piece = Math.min(to - at, Math.min(ZEROS.byteSize(), ring.byteSize() - start));
            MemorySegment.copy(ZEROS, 0, ring, start, piece);
            at += piece;
        }
    }
}
