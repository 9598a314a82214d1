package org.brattice.benchmarks.peer;

/**
 * A way to bring messages from senders to one receiver. A process has one peer, so that what it compiles
 * is compiled for this one alone.
 */
public interface Peer extends AutoCloseable {
    /**
     * Opens a line from senders to one receiver.
     *
     * @throws UnsupportedOperationException when it cannot, naming the reason
     */
    Line line(Load load, Intake intake) throws Exception;

    /** Opens a pair that talks to each other in messages of so many bytes. */
    Pair pair(int bytes, Intake first, Intake second) throws Exception;

    @Override
    default void close() {}
}
