package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;

/** One reading of a whole device: says which block to ask for next, and takes the blocks. */
sealed interface Pass permits SequentialPass, RandomPass {
    /** The next block to ask for, or -1 when none is to be asked for at present. */
    int next();

    /** Takes a block that was asked for; blocks may come in any order. */
    void take(int block, MemorySegment bytes);

    /** Whether all blocks have been taken. */
    boolean done();
}
