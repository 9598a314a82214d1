package org.brattice.benchmarks.work;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;
import org.brattice.benchmarks.peer.Intake;
import org.brattice.benchmarks.peer.Pair;
import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.Port;

/** A message and its answer, again and again, both sides awake. */
public final class RoundTrip implements Work {
    private static final int LIMIT_SECONDS = 60;

    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        Asking asking = new Asking(settings.number("warm"), settings.number("count"));
        Answering answering = new Answering();
        try (Pair pair = peer.pair(settings.number("bytes"), asking, answering)) {
            asking.port = pair.first();
            answering.port = pair.second();
            asking.begun = System.nanoTime();
            pair.kick(0);
            if (!asking.over.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no answer came within " + LIMIT_SECONDS + " s");
            }
        }
        return Percentiles.of(asking.histogram);
    }

    /** There is room, but a publication of Aeron can be busy with itself. */
    private static void insist(Port port, long word) {
        while (!port.offer(word)) {
            Thread.onSpinWait();
        }
    }

    private static final class Answering implements Intake {
        private volatile Port port;

        @Override
        public void take(long first, long last) {
            insist(port, first);
        }
    }

    private static final class Asking implements Intake {
        private final Histogram histogram = Percentiles.histogram();
        private final CountDownLatch over = new CountDownLatch(1);
        private final long warm;
        private final long count;
        private volatile Port port;
        private long begun;

        Asking(long warm, long count) {
            this.warm = warm;
            this.count = count;
        }

        @Override
        public void take(long first, long last) {
            long now = System.nanoTime();
            if (first >= warm) {
                histogram.recordValue(now - begun);
            }
            if (first + 1 == warm + count) {
                over.countDown();
                return;
            }
            begun = now;
            insist(port, first + 1);
        }
    }
}
