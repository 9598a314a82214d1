package org.brattice.benchmarks.work;

import java.util.List;

import org.brattice.benchmarks.peer.Crowd;
import org.brattice.benchmarks.peer.Peer;

/** One message to all partitions, which sleep. */
public final class Broadcast implements Work {
    private static final double NANOS_PER_MICRO = 1000;

    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        if (!(peer instanceof Crowd crowd)) {
            throw new UnsupportedOperationException("it has one receiver");
        }
        crowd.broadcast(settings.number("warm"));
        List<long[]> durations = crowd.broadcast(settings.number("count"));
        return new Figures().with("call-us", median(durations, 0)).with("all-read-us",
                median(durations, 1));
    }

    private static double median(List<long[]> durations, int which) {
        long[] sorted = durations.stream().mapToLong(one -> one[which]).sorted().toArray();
        return sorted[sorted.length / 2] / NANOS_PER_MICRO;
    }
}
