package org.brattice.itests.launched.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Where the outcome of each attempt is written: a line that begins with refused, succeeded, open or end. */
final class Trials {
    private final Path file;

    /** Something that is forbidden. */
    interface Attempt {
        /** What was reached, if it comes so far. */
        Object run() throws Throwable;
    }

    /** An attempt finds that it has reached nothing. */
    static final class Nothing extends Exception {
        private static final long serialVersionUID = 1L;

        Nothing(String what) {
            super(what);
        }
    }

    Trials(Path file) {
        this.file = file;
    }

    void attempt(String name, Attempt attempt) {
        try {
            Object reached = attempt.run();
            line("succeeded " + name + ": " + reached);
        } catch (InvocationTargetException e) {
            line("refused " + name + ": " + e.getCause());
        } catch (Throwable e) {
            line("refused " + name + ": " + e);
        }
    }

    /** What one process without a wall between its bundles cannot refuse: known, and told apart. */
    void attemptKnown(String name, Attempt attempt) {
        try {
            Objects.requireNonNull(attempt.run());
            line("open " + name);
        } catch (Throwable e) {
            line("refused " + name + ": " + e);
        }
    }

    /** The same on a thread that the attempt starts. */
    void attemptElsewhere(String name, Thread.Builder threads, Attempt attempt) {
        Thread thread = threads.start(() -> attempt(name, attempt));
        try {
            thread.join();
        } catch (InterruptedException e) {
            line("succeeded " + name + ": interrupted");
        }
    }

    void end(String what) {
        line("end " + what);
    }

    private synchronized void line(String text) {
        try {
            Files.writeString(file, text.replace('\n', ' ') + "\n", StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
