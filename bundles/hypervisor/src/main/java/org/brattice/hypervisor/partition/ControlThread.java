package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The hypervisor's own thread: everything that changes who owns what happens here, in order, and nothing
 * here ever waits for partition code.
 */
final class ControlThread {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
            Uninterrupted::new);
    private volatile boolean closed;
    private volatile Runnable exhausted = () -> {};

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

    /** Runs work when a time has passed, unless the hypervisor has stopped by then. On the control thread. */
    void later(Duration delay, Runnable work) {
        try {
            executor.schedule(() -> logged(work), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the hypervisor has stopped", e);
        }
    }

    /** Who deals with a Java heap that has no room for what is done here. */
    void exhausted(Runnable newExhausted) {
        exhausted = newExhausted;
    }

    private void logged(Runnable work) {
        try {
            work.run();
        } catch (OutOfMemoryError e) {
            // What was to be done is half done: nobody knows which half.
            LOGGER.log(System.Logger.Level.ERROR, "hypervisor control", e);
            exhausted.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.ERROR, "hypervisor control", e);
        }
    }

    /** Runs nothing more. */
    void close() {
        closed = true;
        executor.shutdownNow();
    }

    /**
     * Platform threads can be found and interrupted by anybody in the process, and an interrupt would
     * close the channel of the frame's memory: this one takes none before it is closed.
     */
    private final class Uninterrupted extends Thread {
        private Uninterrupted(Runnable work) {
            super(null, work, "brattice-hypervisor", 0, false);
            setDaemon(true);
        }

        @Override
        public void interrupt() {
            if (closed) {
                super.interrupt();
            }
        }
    }
}
