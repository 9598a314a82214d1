package org.brattice.shell;

import java.io.PrintStream;
import java.util.Arrays;

/** Bytes as people look at them: sixteen a line, with their addresses; repeated lines are folded. */
final class HexDump {
    private static final int LINE_BYTES = 16;

    private HexDump() {}

    static void print(PrintStream out, long address, byte[] bytes) {
        boolean folded = false;
        for (int at = 0; at < bytes.length; at += LINE_BYTES) {
            if (repeats(bytes, at)) {
                if (!folded) {
                    out.println("*");
                }
                folded = true;
            } else {
                folded = false;
                out.println(line(address + at, bytes, at));
            }
        }
    }

    /** The last line is always shown, so that the end can be seen. */
    private static boolean repeats(byte[] bytes, int at) {
        return at >= LINE_BYTES && at + LINE_BYTES < bytes.length
                && Arrays.equals(bytes, at, at + LINE_BYTES, bytes, at - LINE_BYTES, at);
    }

    private static String line(long address, byte[] bytes, int at) {
        StringBuilder hex = new StringBuilder();
        StringBuilder text = new StringBuilder();
        for (int i = at; i < at + LINE_BYTES; i++) {
            hex.append(i == at + LINE_BYTES / 2 ? " " : "");
            if (i < bytes.length) {
                hex.append(String.format(" %02x", bytes[i]));
                text.append(bytes[i] >= ' ' && bytes[i] <= '~' ? (char) bytes[i] : '.');
            } else {
                hex.append("   ");
            }
        }
        return "0x%012x %s  |%s|".formatted(address, hex, text);
    }
}
