package org.brattice.benchmarks.work;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.brattice.benchmarks.peer.Port;
import org.brattice.benchmarks.peer.Receipt;

/** What each sender does until it is told to stop. */
final class Flood {
    private static final int BURST = 256;
    private static final int SPINS = 10;

    private static final int LIMIT_SECONDS = 20;

    private final CountDownLatch ended;
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean over;

    Flood(int senders) {
        ended = new CountDownLatch(senders);
    }

    void run(int sender, Port port) {
        long first = Receipt.word(sender, 0);
        long word = first;
        try {
            while (!over) {
                word = burst(port, word);
            }
        } finally {
            sent.addAndGet(word - first);
            ended.countDown();
        }
    }

    /** Ends it, and waits until everything that was sent has been received. */
    void stop(Receipt receipt) throws InterruptedException {
        over = true;
        if (!ended.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a sender does not end");
        }
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (receipt.count() != sent.get()) {
            if (System.nanoTime() > limit) {
                throw new IllegalStateException(
                        "sent=" + sent.get() + " but received=" + receipt.count());
            }
            Thread.yield();
        }
    }

    private long burst(Port port, long first) {
        long word = first;
        for (long end = first + BURST; word < end; word++) {
            if (!port.offer(word) && !insist(port, word)) {
                return word;
            }
        }
        return word;
    }

    /** There was no room: asks again, ever less impatiently. */
    private boolean insist(Port port, long word) {
        for (int tries = 0; !over; tries++) {
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
            if (port.offer(word)) {
                return true;
            }
        }
        return false;
    }
}
