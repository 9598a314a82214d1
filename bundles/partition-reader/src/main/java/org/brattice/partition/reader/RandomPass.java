package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Random;

/**
 * Reads every block once more, in a random order, and compares it with the hash that the sequential
 * pass kept: together they say that random offsets gave the very bytes of the digest.
 */
final class RandomPass implements Pass {
    private final int[] order;
    private final long[] hashes;
    private final BitSet taken = new BitSet();
    private final Sha256 single = new Sha256();
    private int asked;
    private int count;
    private int mismatches;

    /** @param hashes of the blocks, as {@link SequentialPass} filled them */
    RandomPass(long[] hashes, long seed) {
        this.hashes = hashes;
        this.order = shuffled(hashes.length, new Random(seed));
    }

    @Override
    public int next() {
        return asked < order.length ? order[asked++] : -1;
    }

    @Override
    public void take(int block, MemorySegment bytes) {
        if (taken.get(block) || single.first(bytes) != hashes[block]) {
            mismatches++;
        }
        taken.set(block);
        count++;
    }

    @Override
    public boolean done() {
        return count == order.length;
    }

    /** Blocks that came twice, or were not those of the sequential pass. */
    int mismatches() {
        return mismatches;
    }

    private static int[] shuffled(int length, Random random) {
        int[] order = new int[length];
        for (int i = 0; i < length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
