package org.brattice.benchmarks.work;

import org.brattice.benchmarks.peer.Peer;

/** A kind of work, done once with a peer. */
public interface Work {
    /**
     * Does it and returns the figures.
     *
     * @throws UnsupportedOperationException when the peer cannot do it, naming the reason
     */
    Figures measure(Peer peer, Settings settings) throws Exception;
}
