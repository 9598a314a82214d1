package org.brattice.demo;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Predicate;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/** Where the tour is seen: runs command lines as if they were typed, and keeps the score. */
final class Stage implements AutoCloseable {
    private static final String MARGIN = "      ";
    private static final Duration AGAIN = Duration.ofMillis(50);
    private final CommandProcessor processor;
    private final PrintStream out;
    private final Indented shown;
    private final CommandSession session;
    private final long begin = System.nanoTime();
    private int held;
    private int failed;
    private int steps;

    Stage(CommandProcessor processor, PrintStream out) {
        this.processor = processor;
        this.out = out;
        shown = new Indented(out, MARGIN);
        session = session(shown);
    }

    void step(String title) {
        steps++;
        out.printf("%n%d. %s%n", steps, title);
    }

    void say(String text) {
        out.println("   " + text);
    }

    /** Something that was to be seen, and whether it was. */
    void observe(boolean what, String words) {
        held += what ? 1 : 0;
        failed += what ? 0 : 1;
        out.println((what ? "   \u2713 " : "   \u2717 ") + words);
    }

    /** Runs a command line in view; what it prints. */
    String run(String line) throws CommandFailed, InterruptedException {
        out.println("   brattice> " + line);
        return run(session, shown, line);
    }

    /** Runs a command line that is to be refused; the message. */
    String refused(String line) throws InterruptedException, CommandFailed {
        out.println("   brattice> " + line);
        try {
            run(session, shown, line);
        } catch (CommandFailed e) {
            out.println(MARGIN + e.getMessage());
            return e.getMessage();
        }
        throw new CommandFailed("not refused: " + line);
    }

    /** Runs a command line in a session of its own, behind the scenes. */
    String runAside(String line) throws CommandFailed, InterruptedException {
        Indented unseen = new Indented(new PrintStream(OutputStream.nullOutputStream()), "");
        try (CommandSession aside = session(unseen)) {
            return run(aside, unseen, line);
        }
    }

    /** Runs a command line behind the scenes until it succeeds; whether it did within the limit. */
    boolean succeeds(String line, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                runAside(line);
                return true;
            } catch (CommandFailed e) {
                if (System.nanoTime() > deadline) {
                    say(e.getMessage());
                    return false;
                }
                Thread.sleep(AGAIN);
            }
        }
    }

    /** Runs a command line behind the scenes until what it prints is right; whether that came within the limit. */
    boolean becomes(String line, Predicate<String> right, Duration limit)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                if (right.test(runAside(line))) {
                    return true;
                }
            } catch (CommandFailed e) {
                say(e.getMessage());
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(AGAIN);
        }
    }

    /** Shows what was run aside. */
    void show(String line, String text) {
        out.println("   brattice (2)> " + line);
        text.lines().forEach(each -> out.println(MARGIN + each));
    }

    /** The last words; whether everything that was to be seen was seen. */
    boolean end() {
        out.printf(Locale.ROOT, "%n%s: %d of %d observations held, in %.1f s%n",
                failed == 0 ? "All is well" : "Not all is well", held, held + failed,
                (System.nanoTime() - begin) / 1e9);
        return failed == 0 && held > 0;
    }

    private CommandSession session(Indented output) {
        PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8);
        CommandSession made = processor.createSession(InputStream.nullInputStream(), stream,
                stream);
        made.put("SCOPE", "brattice:felix:gogo:*");
        made.put(CommandSession.OPTION_NO_GLOB, true);
        return made;
    }

    private static String run(CommandSession session, Indented output, String line)
            throws CommandFailed, InterruptedException {
        output.takeText();
        try {
            Object result = session.execute(line);
            if (result != null && !result.equals("")) {
                session.getConsole().println(session.format(result, Converter.INSPECT));
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new CommandFailed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
        return output.takeText();
    }

    @Override
    public void close() {
        session.close();
    }
}
