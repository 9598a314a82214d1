package org.brattice.benchmarks;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How far apart the processors are at present: on a virtual machine that changes from minute to minute,
 * and everything that two threads do together changes with it. Measured before each repetition.
 */
final class Distance {
    private static final int TRIPS = 20_000;

    private Distance() {}

    /** Nanoseconds of a cache line's way to another processor and back. */
    static double nanos() throws InterruptedException {
        AtomicLong line = new AtomicLong();
        Thread answering = Thread.ofPlatform().start(() -> {
            for (long trip = 1; trip < 2L * TRIPS; trip += 2) {
                while (line.getAcquire() != trip) {
                    Thread.onSpinWait();
                }
                line.setRelease(trip + 1);
            }
        });
        long begun = System.nanoTime();
        for (long trip = 0; trip < 2L * TRIPS; trip += 2) {
            while (line.getAcquire() != trip) {
                Thread.onSpinWait();
            }
            line.setRelease(trip + 1);
        }
        answering.join();
        return (System.nanoTime() - begun) / (double) TRIPS;
    }
}
