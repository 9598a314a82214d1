package org.brattice.benchmarks.machine;

/**
 * What a partition of the machine owns.
 *
 * @param memory bytes
 * @param ipca bytes
 * @param dedicated whether its processor is a platform thread that polls without sleeping
 * @param scanPeriodMillis longest time between two event scans
 * @param checksums whether messages to it carry a checksum of their payload
 */
public record Shape(long memory, long ipca, boolean dedicated, int scanPeriodMillis,
        boolean checksums) {
    private static final int SECOND = 1000;

    /** With the usual scan period. */
    public Shape(long memory, long ipca, boolean dedicated) {
        this(memory, ipca, dedicated, SECOND);
    }

    /** Without checksums. */
    public Shape(long memory, long ipca, boolean dedicated, int scanPeriodMillis) {
        this(memory, ipca, dedicated, scanPeriodMillis, false);
    }

    /** The same, with checksums or without. */
    public Shape checksums(boolean wanted) {
        return new Shape(memory, ipca, dedicated, scanPeriodMillis, wanted);
    }
}
