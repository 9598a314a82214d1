package org.brattice.hypervisor.vsr;

/**
 * The lease word of an IPCA: free, moved for ever, or held by a holder in one of its sections. 15 bits
 * of holder and 48 bits of section; a section number is never given twice.
 */
final class Lease {
    static final long FREE = 0;
    static final long MOVED = -1;
    private static final int SECTION_BITS = 48;
    private static final long SECTION_MASK = (1L << SECTION_BITS) - 1;

    private Lease() {}

    static long token(int index, long section) {
        return (long) index << SECTION_BITS | section & SECTION_MASK;
    }

    static int index(long lease) {
        return (int) (lease >>> SECTION_BITS);
    }

    static long section(long lease) {
        return lease & SECTION_MASK;
    }

    static boolean held(long lease) {
        return lease > 0;
    }
}
