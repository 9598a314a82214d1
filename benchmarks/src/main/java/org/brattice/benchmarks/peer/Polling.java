package org.brattice.benchmarks.peer;

import java.util.function.IntSupplier;

/** A receiver's thread that polls: without pause where it has a processor to itself, else yielding. */
final class Polling implements AutoCloseable {
    private static final int SPINS = 100;

    private final Thread thread;
    private volatile boolean over;

    Polling(Load load, IntSupplier poll) {
        boolean yields = load.crowded();
        thread = Thread.ofPlatform().daemon().name("receiver").start(() -> {
            int idle = 0;
            while (!over) {
                if (poll.getAsInt() != 0) {
                    idle = 0;
                } else if (yields && ++idle > SPINS) {
                    Thread.yield();
                } else {
                    Thread.onSpinWait();
                }
            }
        });
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
