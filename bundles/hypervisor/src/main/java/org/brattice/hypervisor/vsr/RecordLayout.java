package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

import org.brattice.hypervisor.memory.Word;

/**
 * A record: a message or chunk as it lies in an IPCA, or a pad before the end of the ring.
 *
 * <pre>
 *   0  commit word   position / 32, 48 bits | size in units of 32 bytes, 16 bits; stored last
 *   8  source        partition number, 4 bytes | flags, 4 bytes
 *  16  length        payload bytes, 4 bytes | guard of all but the commit word, 4 bytes
 *  24  stamp         tenths of a second since 1970, 4 bytes | checksum of the payload, 4 bytes
 *  32  payload of a message; of a chunk: stream, offset, total, stream entry, 8 bytes each
 *  64  payload of a chunk
 * </pre>
 *
 * A position counts the bytes ever written to the IPCA; its record begins at {@code position %
 * capacity} of the ring. The commit word is never 0, and differs in every other lap.
 */
final class RecordLayout {
    static final int UNIT = 32;
    static final int SOURCE = 8;
    static final int LENGTH = 16;
    static final int STAMP = 24;
    static final int HEADER = 32;
    static final int STREAM = 32;
    static final int OFFSET = 40;
    static final int TOTAL = 48;
    static final int ENTRY = 56;
    static final int CHUNK_HEADER = 64;

    static final int MESSAGE = 1;
    static final int CHUNK = 2;
    static final int PAD = 3;
    static final int KIND = 0xf;
    static final int NOTIFY = 0x10;
    /** The sender follows what becomes of it. */
    static final int TRACK = 0x20;
    /** The checksum of the payload is set. */
    static final int CHECKED = 0x40;
    /** A message that announces a resource move: by the hypervisor call for that alone. */
    static final int MOVE = 0x80;
    /** How often it had been offered when it was put back: in the retry store alone. */
    private static final int BEFORE_SHIFT = 8;
    private static final int BEFORE_MASK = 0xff;

    /** So that every copy is short, and a safepoint never waits long for one. */
    static final long RECORD_LIMIT = 256 << 10;
    private static final int SIZE_BITS = 16;
    private static final long SIZE_MASK = (1 << SIZE_BITS) - 1;

    private RecordLayout() {}

    /** The largest record of an IPCA: an eighth, so that an empty ring never refuses one. */
    static long recordLimit(long capacity) {
        return Math.min(RECORD_LIMIT, capacity / 8);
    }

    static int headerSize(int flags) {
        return (flags & KIND) == CHUNK ? CHUNK_HEADER : HEADER;
    }

    /** Bytes of a record, rounded up to units. */
    static long size(int flags, long length) {
        return (headerSize(flags) + length + UNIT - 1) & -UNIT;
    }

    static long commitWord(long position, long size) {
        return position / UNIT << SIZE_BITS | size / UNIT;
    }

    /** Position of the record whose commit word it is. */
    static long positionOf(long commitWord) {
        return (commitWord >>> SIZE_BITS) * UNIT;
    }

    /** Bytes of the record that a commit word at a position tells, or -1 when it tells none. */
    static long sizeOf(long commitWord, long position, long capacity) {
        long size = (commitWord & SIZE_MASK) * UNIT;
        boolean own = commitWord >>> SIZE_BITS == (position / UNIT << SIZE_BITS >>> SIZE_BITS);
        return own && size > 0 && size <= capacity / 8 ? size : -1;
    }

    /** Bytes of the record that a commit word tells, whatever its position. */
    static long sizeOf(long commitWord) {
        return (commitWord & SIZE_MASK) * UNIT;
    }

    /** How often a record of the retry store had been offered when it was put back. */
    static int attemptsBefore(int flags) {
        return flags >>> BEFORE_SHIFT & BEFORE_MASK;
    }

    /** Flags that tell how often a record had been offered before. */
    static int withAttemptsBefore(int flags, int attempts) {
        return flags & ~(BEFORE_MASK << BEFORE_SHIFT)
                | Math.min(attempts, BEFORE_MASK) << BEFORE_SHIFT;
    }

    /** The guard of a header: catches foreign writes and torn pages, not attacks. */
    static int guard(long position, long sourceAndFlags, int length, long stampAndChecksum) {
        long mix = (position ^ 0x9e3779b97f4a7c15L) * 0xff51afd7ed558ccdL;
        mix = (mix ^ mix >>> 32 ^ sourceAndFlags) * 0xc4ceb9fe1a85ec53L;
        mix = (mix ^ mix >>> 29 ^ length ^ Long.rotateLeft(stampAndChecksum, 32))
                * 0x9e3779b97f4a7c15L;
        return (int) (mix >>> 32);
    }

    /** The guard of a chunk's header, which has four more words. */
    static int chunkGuard(int guard, long stream, long offset, long total, long entry) {
        long mix = (guard ^ stream) * 0xff51afd7ed558ccdL;
        mix = (mix ^ mix >>> 32 ^ offset) * 0xc4ceb9fe1a85ec53L;
        mix = (mix ^ mix >>> 29 ^ total) * 0x9e3779b97f4a7c15L;
        mix = (mix ^ mix >>> 32 ^ entry) * 0xff51afd7ed558ccdL;
        return (int) (mix >>> 32);
    }

    /** Whether the header of a record of so many bytes is as its writer left it. */
    static boolean guarded(MemorySegment ring, long position, long size) {
        return guarded(ring, position & (ring.byteSize() - 1), position, size);
    }

    /** The same of a record that lies elsewhere than in a ring. */
    static boolean guarded(MemorySegment ring, long at, long position, long size) {
        return guardOf(ring, at, position, size) == high(Word.plain(ring, at + LENGTH));
    }

    /** Whether a record that lies alone is as its writer left it. */
    static boolean whole(MemorySegment record, long size) {
        int flags = high(Word.plain(record, SOURCE));
        int length = low(Word.plain(record, LENGTH));
        return length >= 0 && size(flags, length) == size
                && guarded(record, 0, positionOf(Word.plain(record, 0)), size);
    }

    /** Writes the guard of a record that was changed elsewhere than in a ring. */
    static void guard(MemorySegment record, long position, long size) {
        int length = low(Word.plain(record, LENGTH));
        Word.plain(record, LENGTH, pack(length, (int) guardOf(record, 0, position, size)));
    }

    /** The guard that a record should have; none at all when it has no room for its header. */
    private static long guardOf(MemorySegment ring, long at, long position, long size) {
        long sourceAndFlags = Word.plain(ring, at + SOURCE);
        long lengthAndGuard = Word.plain(ring, at + LENGTH);
        int guard = guard(position, sourceAndFlags, low(lengthAndGuard),
                Word.plain(ring, at + STAMP));
        if ((high(sourceAndFlags) & KIND) == CHUNK) {
            if (size < CHUNK_HEADER) {
                return Long.MAX_VALUE;
            }
            guard = chunkGuard(guard, Word.plain(ring, at + STREAM), Word.plain(ring, at + OFFSET),
                    Word.plain(ring, at + TOTAL), Word.plain(ring, at + ENTRY));
        }
        return guard;
    }

    /** Whether a record of so many bytes is what its header tells, and ends in the ring. */
    static boolean fits(int flags, int length, long start, long size, long capacity) {
        return (flags & KIND) == PAD
                ? start + size == capacity
                : length >= 0 && size(flags, length) == size && start + size <= capacity;
    }

    static long pack(int low, int high) {
        return low & 0xffffffffL | (long) high << 32;
    }

    static int low(long word) {
        return (int) word;
    }

    static int high(long word) {
        return (int) (word >>> 32);
    }
}
