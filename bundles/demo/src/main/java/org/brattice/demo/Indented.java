package org.brattice.demo;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command prints: shown line by line behind a margin, and kept. */
final class Indented extends OutputStream {
    private final PrintStream out;
    private final String margin;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder text = new StringBuilder();

    Indented(PrintStream out, String margin) {
        this.out = out;
        this.margin = margin;
    }

    @Override
    public synchronized void write(int value) {
        line.write(value);
        if (value == '\n') {
            flushLine();
        }
    }

    /** Everything printed since the last call. */
    synchronized String takeText() {
        if (line.size() > 0) {
            line.write('\n');
            flushLine();
        }
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    private void flushLine() {
        String whole = line.toString(StandardCharsets.UTF_8);
        line.reset();
        text.append(whole);
        out.print(margin + whole);
        out.flush();
    }
}
