package org.brattice.benchmarks.machine;

/**
 * What a partition of the machine owns.
 *
 * @param memory bytes
 * @param ipca bytes
 * @param dedicated whether its processor is a platform thread that polls without sleeping
 * @param scanPeriodMillis longest time between two event scans
 */
public record Shape(long memory, long ipca, boolean dedicated, int scanPeriodMillis) {
    private static final int SECOND = 1000;

    /** With the usual scan period. */
    public Shape(long memory, long ipca, boolean dedicated) {
        this(memory, ipca, dedicated, SECOND);
    }
}
