package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private final Bench bench = new Bench();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Commands for the tests. */
    public static final class Commands {
        public void say(String... words) {
            System.out.println(String.join(" ", words));
        }

        public String give(String word) {
            return word;
        }

        public void fail(String word) {
            throw new IllegalStateException(word + "\n  in two lines");
        }

        public void crash() {
            throw new NullPointerException();
        }

        public void overflow() {
            throw new StackOverflowError("too deep");
        }
    }

    @BeforeEach
    void add() {
        for (String function : new String[]{"say", "give", "fail", "crash", "overflow"}) {
            bench.add(function, new Commands());
        }
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldPrintWhatCommandsPrintAndReturn() {
        assertEquals(Script.DONE, run("say one; give two\ngive three; give ''; say 'a;b'"));
        assertEquals("one\ntwo\nthree\na;b\n", out());
        assertEquals("", err());
    }

    @Test
    void shouldStopAtTheFirstFailure() {
        assertEquals(Script.FAILED, run("say one; fail boom; say two"));
        assertEquals("one\n", out());
        assertEquals("brattice: boom in two lines\n", err());
    }

    @Test
    void shouldFailOnAnUnknownCommand() {
        assertEquals(Script.FAILED, run("nonsense"));
        assertEquals("brattice: Command not found: nonsense\n", err());
    }

    @Test
    void shouldRunNothingOfWhatIsNoProgram() {
        assertEquals(Script.FAILED, run("say one; say 'two"));
        assertEquals("", out());
        assertEquals(1, err().lines().count());
    }

    @Test
    void shouldFailWithoutATraceWhateverIsThrown() {
        assertEquals(Script.FAILED, run("crash"));
        assertEquals("brattice: java.lang.NullPointerException\n", err());
        err.reset();
        assertEquals(Script.FAILED, run("overflow"));
        assertEquals(1, err().lines().count());
    }

    @Test
    void shouldKeepVariablesPipesAndConditions() {
        assertEquals(Script.DONE, run("x = five; say $x | say piped && say more; ; say last"));
        assertEquals("five\npiped\nmore\nlast\n", out());
    }

    @Test
    void shouldSucceedWithNothing() {
        assertEquals(Script.DONE, run(" \n ; # nothing"));
        assertEquals("", out());
    }

    private int run(String text) {
        return new Script(bench.gogo, InputStream.nullInputStream(), stream(out), stream(err))
                .run(text);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
