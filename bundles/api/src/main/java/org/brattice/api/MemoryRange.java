package org.brattice.api;

/**
 * A range of frame addresses.
 *
 * @param base the first frame address, in bytes
 * @param size in bytes
 */
public record MemoryRange(long base, long size) {
    /** The first frame address behind the range. */
    public long end() {
        return base + size;
    }

    /** Whether all of another range lies in this one. */
    public boolean contains(long otherBase, long otherSize) {
        return otherSize >= 0 && otherBase >= base && otherSize <= size
                && otherBase - base <= size - otherSize;
    }

    @Override
    public String toString() {
        return "0x%x+0x%x".formatted(base, size);
    }
}
