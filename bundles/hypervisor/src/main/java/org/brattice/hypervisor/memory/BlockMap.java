package org.brattice.hypervisor.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;

import org.brattice.api.MemoryRange;

/**
 * Which partition owns which memory block: exactly one owner each, in the frame itself. A partition's blocks
 * are kept ones, in which its IPCA and its base memory lie, or spare ones, which can move while it runs.
 * Written by the hypervisor's control thread alone.
 */
public final class BlockMap {
    private static final long FREE = 0;
    private static final long HYPERVISOR = -1;
    private static final long QUARANTINED = -2;
    private static final long KEPT = 1L << Integer.SIZE;
    /** A partition's IPCA has moved there, or away from there: the rest of the block is nobody's. */
    private static final long REGION = 2L << Integer.SIZE;

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
            } else if (owner(block) <= FREE) {
                // In quarantine, or damaged: the hypervisor owns no block behind its tables.
                owner(block, FREE);
            } else {
                word(block, owner(block) | word(block) & (KEPT | REGION));
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

    /** Gives free blocks to a partition, cleared, all of which it keeps. */
    public boolean give(int number, long memory, long ipca) {
        return give(number, memory, memory, ipca);
    }

    /**
     * Gives free blocks to a partition, cleared, among them one run that an IPCA fits in.
     *
     * @param minimum bytes of the blocks that it keeps
     * @return whether there were enough; if not, nothing was given
     */
    public boolean give(int number, long memory, long minimum, long ipca) {
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
        int kept = Math.max(run, blocksFor(minimum));
        for (int i = 0; i < given.size(); i++) {
            word(given.get(i), i < kept ? number | KEPT : number);
        }
        return true;
    }

    /**
     * Gives a run of free blocks, cleared, as a region for the IPCA alone: it is no part of the memory that the
     * partition reaches; or null when there is none.
     */
    public MemoryRange giveRegion(int number, long size) {
        int run = blocksFor(size);
        int start = freeRun(run);
        if (start < 0) {
            return null;
        }
        frame.zero(start * blockSize, run * blockSize);
        for (int block = start; block < start + run; block++) {
            word(block, number | KEPT | REGION);
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

    /** Indices of the blocks of a partition without its regions, or of the free pool (0), ascending. Any thread. */
    public List<Integer> of(int number) {
        return blocks(block -> owner(block) == number && (word(block) & REGION) == 0);
    }

    /** Whether an IPCA that lies there has a region for itself. */
    public boolean region(MemoryRange range) {
        return (word(Math.toIntExact(range.base() / blockSize)) & REGION) != 0;
    }

    /** Frees regions in which no IPCA lies any more: nobody can reach them. */
    public void freeRegionsBut(List<MemoryRange> ipcas) {
        blocks(block -> owner(block) > FREE && (word(block) & REGION) != 0 && !in(ipcas, block))
                .forEach(block -> owner(block, FREE));
    }

    /** Frees a region that an IPCA has left: nobody can reach it any more. */
    public void freeRegion(MemoryRange range) {
        blocks(block -> (word(block) & REGION) != 0 && in(List.of(range), block))
                .forEach(block -> owner(block, FREE));
    }

    /** Indices of the blocks that a partition owns and does not keep, ascending. Any thread. */
    public List<Integer> spare(int number) {
        return blocks(block -> spare(block, number));
    }

    /** How many blocks partitions own and do not keep. Any thread. */
    public int spareOfAll() {
        return blocks(block -> owner(block) > FREE && word(block) == owner(block)).size();
    }

    /** Whether a block is one that a partition owns and does not keep. Any thread. */
    public boolean spare(int block, int number) {
        return block >= first && block < blocks && word(block) == number;
    }

    /** Is shown a block. */
    public interface Visitor {
        /**
         * A block that is not in quarantine, nor the hypervisor's.
         *
         * @param index of the block
         * @param owner number of its partition, or 0
         * @param spare whether it can move: nobody owns it, or its owner does not keep it
         */
        void block(int index, int owner, boolean spare);
    }

    /** Shows each block that partitions can own, ascending, as it is at one instant. Any thread. */
    public void forEach(Visitor visitor) {
        for (int block = first; block < blocks; block++) {
            long word = word(block);
            if ((int) word >= FREE) {
                visitor.block(block, (int) word, word == (int) word);
            }
        }
    }

    private List<Integer> blocks(IntPredicate which) {
        List<Integer> found = new ArrayList<>();
        for (int block = first; block < blocks; block++) {
            if (which.test(block)) {
                found.add(block);
            }
        }
        return found;
    }

    /** Number of the partition that owns a block, or 0. Any thread. */
    public int holder(int block) {
        return Math.toIntExact(Math.max(FREE, owner(block)));
    }

    /** Whether a block is the hypervisor's own. */
    public boolean hypervisors(int block) {
        return block < first;
    }

    /** Whether an old holder might still reach a block. Any thread. */
    public boolean quarantined(int block) {
        return owner(block) == QUARANTINED;
    }

    /** Frame addresses of a block. */
    public MemoryRange range(int block) {
        return new MemoryRange(block * blockSize, blockSize);
    }

    /** Has a partition keep the blocks in which its IPCA lies, whatever a damaged frame says. */
    public void keepAlso(int number, long base, long size) {
        List<MemoryRange> ipca = List.of(new MemoryRange(base, size));
        spare(number).stream().filter(block -> in(ipca, block))
                .forEach(block -> word(block, number | KEPT));
    }

    /**
     * Has a partition keep so many blocks, those of some ranges among them. Where it owns fewer, free ones
     * are given to it, cleared. Lowering it leaves the lowest.
     *
     * @param always what it keeps in any case, its IPCA
     * @return whether there were enough; if not, nothing was changed
     */
    public boolean keep(int number, long minimum, List<MemoryRange> always) {
        List<Integer> owned = of(number);
        int more = blocksFor(minimum) - owned.size();
        if (more > free()) {
            return false;
        }
        fill(number, minimum);
        List<Integer> kept = blocks(block -> word(block) == (number | KEPT)
                || word(block) == number && in(always, block));
        List<Integer> order = new ArrayList<>(kept);
        order.sort(Comparator.comparing(block -> !in(always, block)));
        order.addAll(spare(number).stream().filter(block -> !kept.contains(block)).toList());
        for (int i = 0; i < order.size(); i++) {
            int block = order.get(i);
            boolean keeps = i < blocksFor(minimum) || in(always, block);
            word(block, keeps ? number | KEPT : number);
        }
        return true;
    }

    /** Gives a partition free blocks, cleared, until it owns so many bytes or none are left. */
    public void fill(int number, long memory) {
        int more = blocksFor(memory) - of(number).size();
        for (int block = first; more > 0 && block < blocks; block++) {
            if (owner(block) == FREE) {
                frame.zero(block * blockSize, blockSize);
                word(block, number);
                more--;
            }
        }
    }

    private boolean in(List<MemoryRange> ranges, int block) {
        long base = block * blockSize;
        return ranges.stream()
                .anyMatch(range -> range.base() < base + blockSize && base < range.end());
    }

    /** The frame addresses that a partition owns, ascending. */
    public List<MemoryRange> ranges(int number) {
        return ranges(block -> owner(block) == number);
    }

    /** The frame addresses of what a partition keeps, ascending. */
    public List<MemoryRange> kept(int number) {
        return ranges(block -> word(block) == (number | KEPT));
    }

    private List<MemoryRange> ranges(IntPredicate which) {
        List<MemoryRange> ranges = new ArrayList<>();
        int start = -1;
        for (int block = first; block <= blocks; block++) {
            boolean owned = block < blocks && which.test(block);
            if (owned && start < 0) {
                start = block;
            } else if (!owned && start >= 0) {
                ranges.add(new MemoryRange(start * blockSize, (block - start) * blockSize));
                start = -1;
            }
        }
        return ranges;
    }

    /** Takes a block into quarantine, from which it is handed on, cleared. */
    public void quarantineOne(int block) {
        owner(block, QUARANTINED);
    }

    /**
     * Clears a part of a block.
     *
     * @param real whether it has real bytes for certain, as a partition has owned it: then they are stored to
     */
    public void clear(int block, long offset, long size, boolean real) {
        long base = block * blockSize + offset;
        if (real) {
            try {
                frame.memory().asSlice(base, size).fill((byte) 0);
                return;
            } catch (InternalError e) {
                // The file has lost some of it: it gets real bytes again.
            }
        }
        frame.zero(base, size);
    }

    /** Makes a partition, or nobody (0), the owner of a block, which becomes a spare one. */
    public void hand(int block, int number) {
        owner(block, number);
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
    public void freeUnless(LongPredicate known) {
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
        return (int) word(block);
    }

    private void owner(int block, long owner) {
        word(block, owner);
    }

    private long word(int block) {
        return Word.acquire(frame.memory(), FrameLayout.HEADER_SIZE + 8L * block);
    }

    private void word(int block, long word) {
        Word.release(frame.memory(), FrameLayout.HEADER_SIZE + 8L * block, word);
    }
}
