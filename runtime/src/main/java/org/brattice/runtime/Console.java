package org.brattice.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** Where the person who started the machine reads what went wrong. */
final class Console {
    // System.err leads into the log once that is open.
    private static final PrintStream ERROR = new PrintStream(
            new FileOutputStream(FileDescriptor.err), true, Charset.defaultCharset());

    private Console() {}

    static void say(String line) {
        ERROR.println("brattice: " + line);
    }
}
