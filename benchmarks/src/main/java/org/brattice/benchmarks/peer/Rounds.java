package org.brattice.benchmarks.peer;

/** What many places cost when they are visited in turn. */
public interface Rounds {
    /** Visits all places one after the other, so many times; nanoseconds for each visit. */
    double nanosEach(int rounds) throws Exception;
}
