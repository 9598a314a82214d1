package org.brattice.benchmarks.peer;

/**
 * A way to bring messages from senders to one receiver. A process has one peer, so that what it compiles
 * is compiled for this one alone.
 */
public interface Peer extends AutoCloseable {
    /**
     * Opens a line whose receiver reads to a receipt.
     *
     * @throws UnsupportedOperationException when it cannot, naming the reason
     */
    Line line(Load load, Receipt receipt) throws Exception;

    @Override
    default void close() {}
}
