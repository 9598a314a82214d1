package org.brattice.benchmarks.work;

import java.util.concurrent.TimeUnit;

import org.brattice.benchmarks.peer.Line;
import org.brattice.benchmarks.peer.Load;
import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.Receipt;

/** Senders that send as fast as they can to one receiver; counted is what it has read. */
public final class Throughput implements Work {
    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        Load load = new Load(settings.number("senders"), settings.number("bytes"),
                settings.truth("parks"), false);
        Receipt receipt = new Receipt(load.senders());
        try (Line line = peer.line(load, receipt)) {
            Flood flood = new Flood(line, load.senders());
            try {
                TimeUnit.MILLISECONDS.sleep(settings.number("warm"));
                return measured(receipt, settings.number("millis"));
            } finally {
                flood.stop(receipt);
            }
        }
    }

    private static Figures measured(Receipt receipt, int millis) throws InterruptedException {
        long countBefore = receipt.count();
        Usage before = Usage.now();
        TimeUnit.MILLISECONDS.sleep(millis);
        double count = receipt.count() - countBefore;
        Usage after = Usage.now();
        double nanos = after.nanos() - before.nanos();
        if (count == 0) {
            throw new IllegalStateException("nothing was received in millis=" + millis);
        }
        return new Figures().with("messages/s", count * 1e9 / nanos)
                .with("processors", (after.cpuNanos() - before.cpuNanos()) / nanos)
                .with("heap-bytes/message", (after.heapBytes() - before.heapBytes()) / count);
    }
}
