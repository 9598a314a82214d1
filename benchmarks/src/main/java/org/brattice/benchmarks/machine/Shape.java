package org.brattice.benchmarks.machine;

/**
 * What a partition of the machine owns.
 *
 * @param memory bytes
 * @param ipca bytes
 * @param dedicated whether its processor is a platform thread that polls without sleeping
 */
public record Shape(long memory, long ipca, boolean dedicated) {}
