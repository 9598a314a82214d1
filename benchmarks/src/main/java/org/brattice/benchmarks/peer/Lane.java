package org.brattice.benchmarks.peer;

/** A buffer and the thread that reads from it. */
interface Lane extends AutoCloseable {
    /** For one more sender. */
    Port port();

    @Override
    void close();
}
