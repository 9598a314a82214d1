package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell as a person at a terminal has it: prompt, completion, a clean end. */
class PseudoTerminalIT {
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final char TAB = '\t';
    private static final char KILL_LINE = 'U' - '@';

    @TempDir
    private Path data;
    private Process process;
    private Writer keys;
    private final StringBuffer screen = new StringBuffer();

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isExecutable(SCRIPT),
                "there is no " + SCRIPT + " here, which makes a pseudo-terminal");
        String line = "stty rows 40 cols 140; exec "
                + String.join(" ", LaunchedMachine.command(data));
        process = new ProcessBuilder(SCRIPT.toString(), "-qefc", line, "/dev/null")
                .redirectErrorStream(true).start();
        keys = process.outputWriter();
        Thread.ofPlatform().daemon().start(this::look);
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            LaunchedMachine.removeFrame(data);
        }
    }

    private void look() {
        char[] some = new char[4096];
        try (Reader reader = process.inputReader()) {
            for (int count; (count = reader.read(some)) > 0;) {
                screen.append(some, 0, count);
            }
        } catch (IOException e) {
            // The terminal is gone.
        }
    }

    private void type(String text) throws IOException {
        keys.write(text);
        keys.flush();
    }

    private void sees(String text) throws InterruptedException {
        long deadline = System.nanoTime() + LaunchedMachine.LIMIT.toNanos();
        while (screen.indexOf(text) < 0) {
            assertTrue(System.nanoTime() < deadline, "expected=" + text + " on " + screen);
            Thread.sleep(20);
        }
    }

    @Test
    void shouldPromptAndCompleteAndEnd() throws Exception {
        sees("brattice> ");
        type("perf" + TAB);
        sees("performance");
        type("" + KILL_LINE + "move " + TAB + TAB);
        sees("processors:1");
        type("" + KILL_LINE + "resources con" + TAB);
        sees("console");
        type("\r");
        sees("PROCESSORS");
        assertFalse(screen.toString().contains("gosh_profile:"), screen.toString());
        type("exit\r");
        assertTrue(process.waitFor(LaunchedMachine.LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        assertEquals(0, process.exitValue(), screen.toString());
    }
}
