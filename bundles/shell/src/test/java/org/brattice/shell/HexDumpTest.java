package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

class HexDumpTest {
    @Test
    void shouldShowAddressBytesAndText() {
        assertEquals(
                "0x000001000000  48 65 6c 6c 6f 2c 20 66  72 61 6d 65 00 ff 7f 41  |Hello, frame...A|\n"
                        + "0x000001000010  21                                                |!|\n",
                dump(0x1000000,
                        "Hello, frame\0\u00ff\u007fA!".getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Test
    void shouldFoldRepeatedLinesButShowTheLast() {
        String zeros = " 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n";
        assertEquals("0x000000000000 " + zeros + "*\n0x000000000040 " + zeros,
                dump(0, new byte[80]));
    }

    @Test
    void shouldShowNothingForNothing() {
        assertEquals("", dump(0, new byte[0]));
    }

    private static String dump(long address, byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HexDump.print(new PrintStream(out, true), address, bytes);
        return out.toString().replace(System.lineSeparator(), "\n");
    }
}
