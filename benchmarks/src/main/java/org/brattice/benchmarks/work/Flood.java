package org.brattice.benchmarks.work;

import org.brattice.benchmarks.peer.Line;
import org.brattice.benchmarks.peer.Port;
import org.brattice.benchmarks.peer.Receipt;

/** Senders that send as fast as they can. */
final class Flood {
    private static final int BURST = 256;

    private final Senders senders;

    Flood(Line line, int count) {
        senders = new Senders(count);
        for (int i = 0; i < count; i++) {
            int sender = i;
            line.start(i, port -> senders.run(sender, first -> flood(port, first)));
        }
    }

    private long flood(Port port, long first) {
        long word = first;
        while (!senders.over()) {
            word = burst(port, word);
        }
        while (!port.flush()) {
            Thread.yield();
        }
        return word;
    }

    private long burst(Port port, long first) {
        long word = first;
        for (long end = first + BURST; word < end; word++) {
            if (!port.offer(word) && !senders.insist(port, word)) {
                return word;
            }
        }
        return word;
    }

    /** Ends it, and waits until everything that was sent has been received. */
    void stop(Receipt receipt) throws InterruptedException {
        senders.stop(receipt);
    }
}
