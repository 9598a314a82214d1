package org.brattice.benchmarks.work;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.HdrHistogram.Histogram;
import org.brattice.benchmarks.peer.Line;
import org.brattice.benchmarks.peer.Load;
import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.Port;
import org.brattice.benchmarks.peer.Receipt;

/**
 * How long a send takes, from the call until the message is accepted, when several senders offer messages
 * at a fixed rate; each parks until its next message is due.
 */
public final class SendLatency implements Work {
    @Override
    public Figures measure(Peer peer, Settings settings) throws Exception {
        int senders = settings.number("senders");
        Load load = new Load(senders, settings.number("bytes"), settings.truth("parks"), false);
        Receipt receipt = new Receipt(senders);
        Senders work = new Senders(senders);
        long period = TimeUnit.SECONDS.toNanos(1) / settings.number("rate");
        Histogram all = Percentiles.histogram();
        try (Line line = peer.line(load, receipt)) {
            try {
                for (int i = 0; i < senders; i++) {
                    int sender = i;
                    line.start(i, port -> {
                        Histogram own = Percentiles.histogram();
                        work.run(sender, word -> paced(work, port, word, period, own));
                        synchronized (all) {
                            all.add(own);
                        }
                    });
                }
                TimeUnit.MILLISECONDS.sleep(settings.number("millis"));
            } finally {
                work.stop(receipt);
            }
        }
        synchronized (all) {
            return Percentiles.of(all);
        }
    }

    private static long paced(Senders work, Port port, long first, long period, Histogram own) {
        long word = first;
        long due = System.nanoTime();
        while (!work.over()) {
            for (long rest; (rest = due - System.nanoTime()) > 0;) {
                LockSupport.parkNanos(rest);
            }
            long begun = System.nanoTime();
            if (port.offer(word) || work.insist(port, word)) {
                word++;
                own.recordValue(System.nanoTime() - begun);
            }
            due += period;
        }
        return word;
    }
}
