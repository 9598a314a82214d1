package org.brattice.hypervisor.memory;

import java.util.ArrayList;
import java.util.List;

import org.brattice.api.MemoryRange;

/**
 * Which partition owns which memory block: exactly one owner each, in the frame itself. Written by the
 * hypervisor's control thread alone.
 */
public final class BlockMap {
    private static final long FREE = 0;
    private static final long HYPERVISOR = -1;
    private static final long QUARANTINED = -2;

    private final Frame frame;
    private final int first;
    private final int blocks;
    private final long blockSize;

    /** The map of a frame; blocks in quarantine are free again, because their holders' process is gone. */
    public BlockMap(Frame frame) {
        this.frame = frame;
        this.blocks = frame.layout().blocks();
        this.blockSize = frame.description().block();
        this.first = Math.toIntExact(
                (frame.layout().hypervisorSize() + blockSize - 1) / blockSize);
        for (int block = 0; block < blocks; block++) {
            if (block < first) {
                owner(block, HYPERVISOR);
            } else if (owner(block) < 0) {
                // In quarantine, or damaged: the hypervisor owns no block behind its tables.
                owner(block, FREE);
            }
        }
    }

    /** Whole blocks for so many bytes. */
    public int blocksFor(long bytes) {
        return Math.toIntExact((bytes + blockSize - 1) / blockSize);
    }

    /** Blocks that nobody owns. */
    public int free() {
        return count(FREE);
    }

    /** Blocks that an old holder might still reach. */
    public int quarantined() {
        return count(QUARANTINED);
    }

    /** Blocks that partitions can own in all. */
    public int capacity() {
        return blocks - first;
    }

    private int count(long owner) {
        int count = 0;
        for (int block = first; block < blocks; block++) {
            if (owner(block) == owner) {
                count++;
            }
        }
        return count;
    }

    /**
     * Gives free blocks to a partition, cleared, among them one run that an IPCA fits in.
     *
     * @return whether there were enough; if not, nothing was given
     */
    public boolean give(int number, long memory, long ipca) {
        int run = blocksFor(ipca);
        int start = freeRun(run);
        int rest = blocksFor(memory) - run;
        if (start < 0 || free() - run < rest) {
            return false;
        }
        List<Integer> given = new ArrayList<>();
        for (int block = start; block < start + run; block++) {
            given.add(block);
        }
        for (int block = first; given.size() < run + rest; block++) {
            if (owner(block) == FREE && (block < start || block >= start + run)) {
                given.add(block);
            }
        }
        for (int block : given) {
            frame.zero(block * blockSize, blockSize);
        }
        for (int block : given) {
            owner(block, number);
        }
        return true;
    }

    /** Gives one more run of free blocks, cleared, or null when there is none. */
    public MemoryRange giveRun(int number, long size) {
        int run = blocksFor(size);
        int start = freeRun(run);
        if (start < 0) {
            return null;
        }
        frame.zero(start * blockSize, run * blockSize);
        for (int block = start; block < start + run; block++) {
            owner(block, number);
        }
        return new MemoryRange(start * blockSize, size);
    }

    private int freeRun(int length) {
        int found = 0;
        for (int block = first; block < blocks; block++) {
            found = owner(block) == FREE ? found + 1 : 0;
            if (found == length) {
                return block - length + 1;
            }
        }
        return -1;
    }

    /** Indices of the blocks of a partition, or of the free pool (0), ascending. Any thread. */
    public List<Integer> of(int number) {
        List<Integer> owned = new ArrayList<>();
        for (int block = first; block < blocks; block++) {
            if (owner(block) == number) {
                owned.add(block);
            }
        }
        return owned;
    }

    /** The frame addresses that a partition owns, ascending. */
    public List<MemoryRange> ranges(int number) {
        List<MemoryRange> ranges = new ArrayList<>();
        int start = -1;
        for (int block = first; block <= blocks; block++) {
            boolean owned = block < blocks && owner(block) == number;
            if (owned && start < 0) {
                start = block;
            } else if (!owned && start >= 0) {
                ranges.add(new MemoryRange(start * blockSize, (block - start) * blockSize));
                start = -1;
            }
        }
        return ranges;
    }

    /** Takes all of a partition's blocks into quarantine. */
    public void quarantine(int number) {
        replace(number, QUARANTINED);
    }

    /** Lets go of blocks in quarantine that lie in the ranges: nobody can reach them any more. */
    public void release(List<MemoryRange> ranges) {
        for (MemoryRange range : ranges) {
            for (long base = range.base(); base < range.end(); base += blockSize) {
                int block = Math.toIntExact(base / blockSize);
                if (owner(block) == QUARANTINED) {
                    owner(block, FREE);
                }
            }
        }
    }

    /** Frees blocks of numbers that no row names: left by a process that ended between two stores. */
    public void freeUnless(java.util.function.LongPredicate known) {
        for (int block = first; block < blocks; block++) {
            if (owner(block) > 0 && !known.test(owner(block))) {
                owner(block, FREE);
            }
        }
    }

    private void replace(long from, long to) {
        for (int block = first; block < blocks; block++) {
            if (owner(block) == from) {
                owner(block, to);
            }
        }
    }

    private long owner(int block) {
        return Word.opaque(frame.memory(), FrameLayout.HEADER_SIZE + 8L * block);
    }

    private void owner(int block, long owner) {
        Word.opaque(frame.memory(), FrameLayout.HEADER_SIZE + 8L * block, owner);
    }
}
