package org.brattice.runtime;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;

import org.brattice.api.Printable;

/**
 * Entries of the log that nobody can forge: what is logged stands in one line, escaped, and each line
 * of what was thrown is indented.
 */
final class LogFormat extends SimpleFormatter {
    private static final String INDENT = "    ";

    @Override
    public String format(LogRecord entry) {
        var shown = new LogRecord(entry.getLevel(), Printable.of(formatMessage(entry)));
        shown.setInstant(entry.getInstant());
        shown.setLoggerName(escaped(entry.getLoggerName()));
        shown.setSourceClassName(escaped(entry.getSourceClassName()));
        shown.setSourceMethodName(escaped(entry.getSourceMethodName()));
        return super.format(shown)
                + (entry.getThrown() == null ? "" : trace(entry.getThrown()));
    }

    private static String escaped(String name) {
        return name == null ? null : Printable.of(name);
    }

    private static String trace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString().lines()
                .map(line -> INDENT + Printable.of(line.replace("\t", INDENT)) + "\n")
                .collect(Collectors.joining());
    }
}
