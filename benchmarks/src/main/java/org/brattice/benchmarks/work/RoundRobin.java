package org.brattice.benchmarks.work;

import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.Rounds;

/** One message to each of many partitions in turn. */
public final class RoundRobin implements Work {
    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        if (peer instanceof Rounds rounds) {
            return new Figures().with("ns/visit", rounds.nanosEach(settings.number("rounds")));
        }
        throw new UnsupportedOperationException("it has one receiver");
    }
}
