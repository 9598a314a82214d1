package org.brattice.api;

import java.time.Instant;

/**
 * A thread of a boot that was shut out and goes on: it ignores interruption, so that nothing in the process can end
 * it. It reaches nothing of the frame, and takes processor time; a restart of the process ends it.
 *
 * @param partition whose boot it was
 * @param number its number
 * @param since when the boot was shut out
 * @param doing the thread, and where it is, in words
 */
public record Runaway(String partition, int number, Instant since, String doing) {}
