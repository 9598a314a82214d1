package org.brattice.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StageTest {
    private final ThreadIOImpl threadIo = new ThreadIOImpl();
    private final CommandProcessorImpl gogo = new CommandProcessorImpl(threadIo);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Stage stage = new Stage(gogo, new PrintStream(out, true, StandardCharsets.UTF_8));

    /** Commands for the tests. */
    public static final class Commands {
        private int tries;

        public String say(String word) {
            System.out.println("first");
            System.out.print("half");
            return word;
        }

        public void fail(String word) {
            throw new IllegalStateException(word);
        }

        public void later() {
            tries++;
            if (tries < 3) {
                throw new IllegalStateException("tries=" + tries);
            }
        }
    }

    @BeforeEach
    void start() {
        threadIo.start();
        gogo.addCommand("brattice", new Commands(), Commands.class);
    }

    @AfterEach
    void close() {
        stage.close();
        gogo.stop();
        threadIo.stop();
    }

    @Test
    void shouldShowTheCommandAndWhatItPrints() throws Exception {
        assertEquals("first\nhalfsecond\n", stage.run("say second").replace("\r", ""));
        assertEquals("   brattice> say second\n      first\n      halfsecond\n", out());
    }

    @Test
    void shouldRunAsideUnseen() throws Exception {
        assertEquals("first\nhalfsecond\n", stage.runAside("say second").replace("\r", ""));
        assertEquals("", out());
    }

    @Test
    void shouldPassOnWhyACommandFailed() {
        assertEquals("boom", assertThrows(CommandFailed.class, () -> stage.run("fail boom"))
                .getMessage());
    }

    @Test
    void shouldShowARefusal() throws Exception {
        assertEquals("boom", stage.refused("fail boom"));
        assertEquals("   brattice> fail boom\n      boom\n", out());
    }

    @Test
    void shouldNotTakeSuccessForARefusal() {
        assertEquals("not refused: say yes",
                assertThrows(CommandFailed.class, () -> stage.refused("say yes")).getMessage());
    }

    @Test
    void shouldTryAgainUntilACommandSucceeds() throws Exception {
        assertTrue(stage.succeeds("later", Duration.ofSeconds(10)));
        assertFalse(stage.succeeds("fail boom", Duration.ofMillis(10)));
        assertEquals("   boom\n", out());
    }

    @Test
    void shouldEndWellOnlyWhenEverythingWasSeen() {
        assertFalse(stage.end());
        stage.observe(true, "this");
        assertTrue(stage.end());
        stage.observe(false, "that");
        assertFalse(stage.end());
        assertTrue(out().contains("   \u2713 this\n"), out());
        assertTrue(out().contains("   \u2717 that\n"), out());
        assertTrue(out().contains("Not all is well: 1 of 2 observations held"), out());
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
