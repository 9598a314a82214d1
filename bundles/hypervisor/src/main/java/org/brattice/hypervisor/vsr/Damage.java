package org.brattice.hypervisor.vsr;

import java.util.BitSet;

/**
 * What an area may have lost when a store or a load met memory that could not be had.
 *
 * @param from first position of what its writer cannot vouch for, because it met the error
 * @param to the position behind that
 * @param pages of the ring that its file has not got
 */
record Damage(long from, long to, BitSet pages) {
    /** Of 4 KiB, as the frame's. */
    static final long PAGE = 4096;

    /** Whether so many bytes of the ring cannot be read. */
    boolean lost(long offset, long size) {
        int next = pages.nextSetBit((int) (offset / PAGE));
        return next >= 0 && next * PAGE < offset + size;
    }

    /** Whether a record there is to be thrown away. */
    boolean suspects(long position, long size) {
        return position < to && position + size > from;
    }
}
