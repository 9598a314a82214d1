package org.brattice.benchmarks.peer;

import java.util.function.Consumer;

/** Senders and their one receiver, which runs from the start; closed when all senders have ended. */
public interface Line extends AutoCloseable {
    /** Runs a sender's work on the thread that a sender of this kind has; returns at once. */
    void start(int sender, Consumer<Port> work);

    @Override
    void close();
}
