package org.brattice.runtime;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Takes what is logged anywhere in the process, so that the console is the person's alone. Errors
 * are said there too, in one line each.
 */
final class LogFile extends Handler {
    private static final long KEPT_BYTES = 8 << 20;
    private final PrintWriter writer;

    private LogFile(PrintWriter writer) {
        this.writer = writer;
        setFormatter(new SimpleFormatter());
    }

    /** Sends everything that is logged from now on to the end of the file. */
    static void open(Path file) {
        try {
            if (Files.exists(file) && Files.size(file) > KEPT_BYTES) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".old"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            if (Files.notExists(file)) {
                Files.createFile(file, OwnerOnly.FILE);
            }
            var log = new LogFile(new PrintWriter(Files.newBufferedWriter(file,
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND), true));
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
            throw new Refusal(ExitStatus.NOT_RUNNING, "log=" + file + " cannot be written: " + e,
                    e);
        }
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            writer.print(getFormatter().format(entry));
            writer.flush();
        }
        if (entry.getLevel().equals(Level.SEVERE)) {
            var thrown = entry.getThrown();
            Console.say(entry.getMessage() + (thrown == null ? "" : ": " + Console.line(thrown)));
        }
    }

    @Override
    public void flush() {
        writer.flush();
    }

    @Override
    public void close() {
        writer.close();
    }
}
