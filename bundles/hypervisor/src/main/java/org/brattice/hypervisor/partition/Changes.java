package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Told of every change that people may wait for. Any thread. */
final class Changes implements Runnable {
    private long count;

    /** Something has changed. */
    @Override
    public synchronized void run() {
        count++;
        notifyAll();
    }

    /** Waits until a look at things pleases; what was seen last. */
    <T> T await(Supplier<T> look, Predicate<T> pleases, Duration limit)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long seen = count();
            T found = look.get();
            long rest = deadline - System.nanoTime();
            if (pleases.test(found) || rest <= 0) {
                return found;
            }
            awaitOther(seen, rest);
        }
    }

    private synchronized long count() {
        return count;
    }

    private synchronized void awaitOther(long seen, long nanos) throws InterruptedException {
        if (count == seen) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, nanos));
        }
    }
}
