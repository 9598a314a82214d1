package org.brattice.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Takes what is logged anywhere in the process, so that the console is the person's alone. Errors
 * are said there too, in one line each.
 */
final class LogFile extends Handler {
    private static final long KEPT_BYTES = 8 << 20;
    private final BoundedFile file;
    private boolean failed;

    private LogFile(BoundedFile file) {
        this.file = file;
        setFormatter(new LogFormat());
    }

    /**
     * Sends everything that is logged from now on to the end of the file.
     *
     * @throws Refusal when it cannot be written
     */
    static void open(Path path) {
        try {
            var log = new LogFile(BoundedFile.open(path, KEPT_BYTES));
            var root = Logger.getLogger("");
            for (var handler : root.getHandlers()) {
                root.removeHandler(handler);
            }
            root.addHandler(log);
            System.setOut(LogStream.named("stdout"));
            System.setErr(LogStream.named("stderr"));
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> System
                    .getLogger(LogFile.class.getName())
                    .log(System.Logger.Level.ERROR, "thread=" + thread.getName(), failure));
        } catch (IOException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING,
                    "log=" + path + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            write(getFormatter().format(entry));
        }
        if (entry.getLevel().equals(Level.SEVERE)) {
            var thrown = entry.getThrown();
            Console.say(entry.getMessage() + (thrown == null ? "" : ": " + Console.line(thrown)));
        }
    }

    private synchronized void write(String text) {
        try {
            if (file.append(text)) {
                Console.say("log=" + file.path() + " was removed while the machine runs: it is"
                        + " begun anew");
            }
            failed = false;
        } catch (IOException e) {
            // Once, or a full disk would fill the console.
            if (!failed) {
                failed = true;
                Console.say("log=" + file.path() + " cannot be written, and what is logged is lost"
                        + " until it can: " + e.getMessage());
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public synchronized void close() {
        file.close();
    }
}
