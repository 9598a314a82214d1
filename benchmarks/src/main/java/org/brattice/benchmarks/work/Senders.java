package org.brattice.benchmarks.work;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

import org.brattice.benchmarks.peer.Port;
import org.brattice.benchmarks.peer.Receipt;

/** Senders that send until they are told to stop, and the account of what they have sent. */
final class Senders {
    private static final int SPINS = 10;
    private static final int LIMIT_SECONDS = 20;

    private final CountDownLatch ended;
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean over;

    Senders(int senders) {
        ended = new CountDownLatch(senders);
    }

    boolean over() {
        return over;
    }

    /** Runs a sender that takes its first word and returns the one after its last. On its thread. */
    void run(int sender, LongUnaryOperator sending) {
        long first = Receipt.word(sender, 0);
        long end = first;
        try {
            end = sending.applyAsLong(first);
        } finally {
            sent.addAndGet(end - first);
            ended.countDown();
        }
    }

    /** There was no room: asks again, ever less impatiently, until it is accepted or all is over. */
    boolean insist(Port port, long word) {
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
}
