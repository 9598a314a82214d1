package org.brattice.benchmarks.work;

import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;
import org.brattice.benchmarks.peer.Intake;
import org.brattice.benchmarks.peer.Line;
import org.brattice.benchmarks.peer.Load;
import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.Port;

/** From the call that sends to a receiver that sleeps, to the first instruction of its handler. */
public final class Wake implements Work {
    private static final long LIMIT_SECONDS = 60;

    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        int warm = settings.number("warm");
        Waking waking = new Waking(warm);
        Sent sent = new Sent(warm + settings.number("count"),
                TimeUnit.MICROSECONDS.toNanos(settings.number("pause-us")), waking);
        try (Line line = peer.line(new Load(1, settings.number("bytes"), false, true), waking)) {
            line.start(0, sent);
            if (!sent.over.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a sleeper was not woken");
            }
        }
        return Percentiles.of(waking.histogram);
    }

    private static final class Waking implements Intake {
        private final Histogram histogram = Percentiles.histogram();
        private final int warm;
        private volatile long begun;
        private volatile long taken = -1;

        Waking(int warm) {
            this.warm = warm;
        }

        @Override
        public void take(long first, long last) {
            long now = System.nanoTime();
            if (first >= warm) {
                histogram.recordValue(now - begun);
            }
            taken = first;
        }
    }

    private record Sent(int count, long pauseNanos, Waking waking,
            java.util.concurrent.CountDownLatch over)
            implements
                java.util.function.Consumer<Port> {
        Sent(int count, long pauseNanos, Waking waking) {
            this(count, pauseNanos, waking, new java.util.concurrent.CountDownLatch(1));
        }

        @Override
        public void accept(Port port) {
            for (int i = 0; i < count; i++) {
                long until = System.nanoTime() + pauseNanos;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                waking.begun = System.nanoTime();
                while (!port.offer(i)) {
                    // The receiver, falling asleep, has its own lease at this moment.
                    Thread.onSpinWait();
                }
                while (waking.taken != i) {
                    Thread.onSpinWait();
                }
            }
            over.countDown();
        }
    }
}
