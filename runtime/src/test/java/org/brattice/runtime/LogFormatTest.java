package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.logging.Level;
import java.util.logging.LogRecord;

import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static final String FORGED = "Dec 01, 2026 1:00:00 AM org.brattice\nSEVERE: forged";

    @Test
    void shouldKeepAMessageInItsLine() {
        var entry = new LogRecord(Level.INFO, "cause=x\u001b[2J\n" + FORGED);
        entry.setLoggerName("name\nSEVERE: forged");
        entry.setSourceClassName(null);
        var text = new LogFormat().format(entry);
        assertEquals(2, text.lines().count(), text);
        assertTrue(text.contains("INFO: cause=x\\u001b[2J\\nDec 01"), text);
        assertFalse(text.contains("\u001b"), text);
    }

    @Test
    void shouldIndentWhatWasThrown() {
        var entry = new LogRecord(Level.INFO, "given");
        entry.setThrown(new IllegalStateException("\u001b[2J\r" + FORGED,
                new IllegalArgumentException("\n" + FORGED)));
        var text = new LogFormat().format(entry);
        var lines = text.lines().toList();
        assertTrue(lines.size() > 6, text);
        assertTrue(lines.stream().skip(2).allMatch(line -> line.startsWith("    ")), text);
        assertFalse(text.contains("\u001b"), text);
    }
}
