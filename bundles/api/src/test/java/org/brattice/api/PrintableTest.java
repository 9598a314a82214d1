package org.brattice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void shouldShowWhatSteersATerminal() {
        assertEquals("red \\u001b[31m bell \\u0007 title \\u009d0;x",
                Printable.of("red \u001b[31m bell \u0007 title \u009d0;x"));
    }

    @Test
    void shouldKeepATextInOneLine() {
        assertEquals("a\\r\\nINFO: b\\tc\\u2028d\\u0085e",
                Printable.of("a\r\nINFO: b\tc\u2028d\u0085e"));
    }

    @Test
    void shouldShowWhatTurnsTheWriting() {
        assertEquals("\\u202etxt.jar\\ud800", Printable.of("\u202etxt.jar\ud800"));
    }

    @Test
    void shouldLeaveOrdinaryTextAsItIs() {
        assertEquals("größer \uD83D\uDE00 \\ 漢", Printable.of("größer \uD83D\uDE00 \\ 漢"));
        assertEquals("null", Printable.of(null));
    }
}
