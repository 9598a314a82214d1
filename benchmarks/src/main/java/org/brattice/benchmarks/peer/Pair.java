package org.brattice.benchmarks.peer;

/** Two that talk to each other, each receiving on a thread of its own. */
public interface Pair extends AutoCloseable {
    /** Where the first sends to the second; to be used in the first's intake alone. */
    Port first();

    /** Where the second sends to the first; to be used in the second's intake alone. */
    Port second();

    /** Lets the first send a word. Once. */
    void kick(long word);

    @Override
    void close();
}
