package org.brattice.runtime;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard output or error of bundles, line by line into the log: the shell draws on the terminal
 * itself, and what others print there would tear its prompt.
 */
final class LogStream extends OutputStream {
    private final System.Logger logger;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private LogStream(String name) {
        logger = System.getLogger(name);
    }

    /** {@return a stream whose lines are logged under the name} */
    static PrintStream named(String name) {
        return new PrintStream(new LogStream(name), true, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int character) {
        if (character != '\n') {
            line.write(character);
            return;
        }
        var text = line.toString(StandardCharsets.UTF_8).stripTrailing();
        line.reset();
        logger.log(System.Logger.Level.INFO, text);
    }
}
