package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the shell shows a sender: what becomes of its message, and who is in the way. */
class SenderViewIT {
    private static final Pattern BUNDLE = Pattern.compile("bundle +\\S+ \\[(\\d+)]");

    @TempDir
    private Path directory;

    @Test
    void shouldShowWhatBecomesOfAMessageAndWhoIsInTheWay() {
        try (var machine = LaunchedMachine.start(directory)) {
            machine.deployShipped("echo");

            String tracked = machine.say("send --track echo hello");
            assertTrue(tracked.matches("(?s)sent to=echo .*\nnew .*\nread .*\nacknowledged .*"
                    + "\ndeleted .*"), tracked);
            String free = machine.say("who console echo");
            assertTrue(free.startsWith("nobody blocks console at echo\n"), free);

            Matcher bundle = BUNDLE.matcher(machine.say("partition echo"));
            assertTrue(bundle.find());
            machine.say("stop " + bundle.group(1));
            machine.awaitState("echo", "STOPPED");
            machine.say("send echo unread");
            String stopped = machine.say("who console echo");
            assertTrue(stopped.startsWith("echo is STOPPED since "), stopped);
            assertTrue(stopped.contains("\noldest unread: position="), stopped);
            assertTrue(stopped.contains(" source=console bytes=6 age="), stopped);
            String shown = machine.say("partition echo");
            assertTrue(shown.contains("bytes, the oldest sent "), shown);
            assertEquals(0, machine.stop());
        }
    }
}
