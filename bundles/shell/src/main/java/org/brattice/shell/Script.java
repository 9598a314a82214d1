package org.brattice.shell;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.Parser.Executable;
import org.apache.felix.gogo.runtime.Parser.Program;
import org.apache.felix.gogo.runtime.Token;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.brattice.api.Printable;

/**
 * Gogo commands run without a person. Gogo shows the result of the last command of a line only, so the
 * commands run one by one.
 */
final class Script {
    /** All commands did what they were asked. */
    static final int DONE = 0;
    /** One did not; those after it were not run. */
    static final int FAILED = 1;

    private final CommandProcessor processor;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    Script(CommandProcessor processor, InputStream in, PrintStream out, PrintStream err) {
        this.processor = processor;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Runs the text up to its first failure; returns the exit status. */
    int run(String text) {
        try (CommandSession session = processor.createSession(in, out, err)) {
            session.put("SCOPE", "brattice:felix:gogo:*");
            // Words such as restart*3/60s are no names of files.
            session.put(CommandSession.OPTION_NO_GLOB, true);
            for (Program part : parts(text)) {
                Object result = session.execute(part);
                if (result != null && !result.equals("")) {
                    out.println(session.format(result, Converter.INSPECT));
                }
                out.flush();
            }
            return DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("interrupted");
        } catch (Exception e) {
            return failed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private int failed(String message) {
        out.flush();
        err.println(
                "brattice: " + Printable.of(message.strip().replaceAll("\\s*\\R\\s*", " ")));
        err.flush();
        return FAILED;
    }

    /** The whole text is parsed before any of it runs. */
    static List<Program> parts(String text) {
        Program whole = new Parser(text).program();
        List<Program> parts = new ArrayList<>();
        List<Executable> part = new ArrayList<>();
        for (Executable executable : whole.tokens()) {
            if (Token.eq(";", executable) || Token.eq("\n", executable)) {
                add(parts, whole, part);
                part = new ArrayList<>();
            } else {
                part.add(executable);
            }
        }
        add(parts, whole, part);
        return parts;
    }

    private static void add(List<Program> parts, Program whole, List<Executable> part) {
        if (!part.isEmpty()) {
            parts.add(new Program(whole, part));
        }
    }
}
