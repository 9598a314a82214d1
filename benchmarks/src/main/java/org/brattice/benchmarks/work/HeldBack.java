package org.brattice.benchmarks.work;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.brattice.benchmarks.peer.Intake;
import org.brattice.benchmarks.peer.Line;
import org.brattice.benchmarks.peer.Load;
import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.Receipt;

/** Senders whose receiver does not read: what they take of the processors while they wait for room. */
public final class HeldBack implements Work {
    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        Load load = new Load(settings.number("senders"), settings.number("bytes"), true, false);
        Receipt receipt = new Receipt(load.senders());
        Gate gate = new Gate(receipt, new CountDownLatch(1));
        try (Line line = peer.line(load, gate)) {
            Flood flood = new Flood(line, load.senders());
            try {
                TimeUnit.MILLISECONDS.sleep(settings.number("warm"));
                Usage before = Usage.now();
                TimeUnit.MILLISECONDS.sleep(settings.number("millis"));
                Usage after = Usage.now();
                return new Figures().with("processors",
                        (double) (after.cpuNanos() - before.cpuNanos())
                                / (after.nanos() - before.nanos()));
            } finally {
                gate.open.countDown();
                flood.stop(receipt);
            }
        }
    }

    private record Gate(Receipt receipt, CountDownLatch open) implements Intake {
        @Override
        public void take(long first, long last) {
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            receipt.take(first, last);
        }
    }
}
