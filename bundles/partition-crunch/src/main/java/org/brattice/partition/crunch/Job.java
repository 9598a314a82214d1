package org.brattice.partition.crunch;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.LongAdder;

import org.brattice.api.Boot;

/** What one requester wants computed. Pieces on any processor; news on the first. */
final class Job {
    private static final byte[] PIECE = new byte[512 << 10];
    private static final long SECOND = 1_000_000_000;

    private final int requester;
    private final long begin = System.nanoTime();
    private final long nanos;
    private final LongAdder pieces = new LongAdder();
    private long toldAt = begin;
    private long told;
    private boolean over;

    Job(int requester, long nanos) {
        this.requester = requester;
        this.nanos = nanos;
    }

    int requester() {
        return requester;
    }

    /** One piece, then the next: each is a task of its own, so that other tasks and messages get their turn. */
    void piece(Boot boot) {
        if (System.nanoTime() - begin > nanos) {
            return;
        }
        try {
            MessageDigest.getInstance("SHA-256").digest(PIECE);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        pieces.increment();
        boot.run(() -> piece(boot));
    }

    /** What there is to tell, or null. */
    String news(int processors) {
        long now = System.nanoTime();
        if (now - begin > nanos) {
            over = true;
            return "crunched " + pieces.sum() + " millis " + (now - begin) / 1_000_000;
        }
        if (now - toldAt < SECOND / 4) {
            return null;
        }
        long done = pieces.sum();
        long rate = (done - told) * SECOND / (now - toldAt);
        told = done;
        toldAt = now;
        return "rate " + rate + " processors " + processors;
    }

    boolean over() {
        return over;
    }
}
