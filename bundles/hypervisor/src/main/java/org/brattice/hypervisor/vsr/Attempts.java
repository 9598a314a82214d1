package org.brattice.hypervisor.vsr;

/** The word that says which record was offered last, and how often: position / 32, 56 bits; count, 8 bits. */
final class Attempts {
    private static final int BITS = 8;
    private static final int MASK = (1 << BITS) - 1;

    private Attempts() {}

    /** The record at a position was offered so many times; beyond 255 it is 255. */
    static long word(long position, int count) {
        return position / RecordLayout.UNIT << BITS | Math.min(count, MASK);
    }

    /** How often the record at a position was offered: 0 when the word is another's. */
    static int of(long word, long position) {
        return word >>> BITS == position / RecordLayout.UNIT ? (int) word & MASK : 0;
    }
}
