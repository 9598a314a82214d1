package org.brattice.benchmarks.peer;

/** Where one sender puts its messages in. Its own thread alone. */
public interface Port {
    /**
     * Sends a message that begins with a word and ends with the inverse of it, copying its whole payload.
     *
     * @return whether there was room
     */
    boolean offer(long word);

    /**
     * Sends what was accepted and is still held back, where messages go several at once.
     *
     * @return whether nothing is held back any more
     */
    default boolean flush() {
        return true;
    }
}
