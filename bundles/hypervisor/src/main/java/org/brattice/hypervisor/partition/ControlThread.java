package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The hypervisor's own thread: everything that changes who owns what happens here, in order, and nothing
 * here ever waits for partition code. Nobody interrupts it.
 */
final class ControlThread {
    private static final System.Logger LOGGER = System.getLogger("org.brattice.hypervisor");
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("brattice-hypervisor").factory());

    ControlThread() {
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Runs work in order; returns whether it will: not when the hypervisor has stopped. Any thread. */
    boolean queue(Runnable work) {
        try {
            executor.execute(() -> logged(work));
            return true;
        } catch (RejectedExecutionException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the hypervisor has stopped", e);
            return false;
        }
    }

    /** Runs work when a time has passed. On the control thread. */
    void later(Duration delay, Runnable work) {
        executor.schedule(() -> logged(work), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void logged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.ERROR, "hypervisor control", e);
        }
    }

    /** Runs nothing more. */
    void close() {
        executor.shutdownNow();
    }
}
