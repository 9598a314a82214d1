package org.brattice.hypervisor.partition;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ResourceBundle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The hypervisor's log, written on a thread of its own. Anybody can hang a handler into the process's
 * logging: it must neither stop the control thread nor run on a processor, where it would have that
 * partition's identity. What cannot be written in time is dropped.
 */
final class QueuedLogger implements System.Logger {
    static final QueuedLogger LOGGER = new QueuedLogger(
            System.getLogger("org.brattice.hypervisor"));
    private static final int LIMIT = 4096;

    private final System.Logger logger;
    private final Executor writer;

    private QueuedLogger(System.Logger logger) {
        this.logger = logger;
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LIMIT),
                Thread.ofPlatform().daemon().name("hypervisor log")
                        .inheritInheritableThreadLocals(false).factory(),
                new ThreadPoolExecutor.DiscardPolicy());
        executor.allowCoreThreadTimeOut(true);
        this.writer = executor;
    }

    /** Waits until what was logged is written, at most so long. */
    void flush(long millis) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        writer.execute(() -> written.complete(null));
        written.completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).join();
    }

    @Override
    public String getName() {
        return logger.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        return logger.isLoggable(level);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        if (isLoggable(level)) {
            String text = thrown == null ? message : message + "\n" + trace(thrown);
            writer.execute(() -> logger.log(level, text));
        }
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
        if (isLoggable(level)) {
            Object[] values = parameters.clone();
            writer.execute(() -> logger.log(level, format, values));
        }
    }

    /** As text, here and now: a throwable of partition code runs that code when it is printed. */
    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(text));
        } catch (RuntimeException | Error e) {
            text.write(thrown.getClass().getName() + ", which cannot be printed");
        }
        return text.toString().stripTrailing();
    }
}
