package org.brattice.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.brattice.api.Printable;
import org.osgi.framework.BundleException;

/** Where the person who started the machine reads what went wrong. */
final class Console {
    // System.err leads into the log once that is open.
    private static final PrintStream ERROR = new PrintStream(
            new FileOutputStream(FileDescriptor.err), true, Charset.defaultCharset());

    // The log service keeps a failure as its text, which begins with its class.
    private static final Pattern CLASS_NAME = Pattern.compile("^([a-z]\\w*\\.)+[A-Z]\\w*: ");

    private Console() {}

    /** {@return what the first cause of a failure says, in one line} */
    static String line(Throwable failure) {
        var root = failure;
        // What a bundle threw says it best; what caused that is for the log.
        while (root instanceof BundleException && root.getCause() != null) {
            root = root.getCause();
        }
        var message = root.getMessage() == null ? root.toString() : root.getMessage();
        return CLASS_NAME.matcher(message.lines().map(String::strip)
                .collect(Collectors.joining(" "))).replaceFirst("");
    }

    static void say(String line) {
        ERROR.println("brattice: " + Printable.of(line));
    }
}
