package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.itests.launched.partition.EchoActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removing a jar loses no message: what was unread is a dead letter, over a killed process too. */
final class LettersIT {
    private static final Pattern BUNDLE = Pattern.compile("bundle .*\\[(\\d+)]");

    @TempDir
    private Path directory;

    @Test
    void shouldKeepUnreadMessagesOfDestroyedPartitions() throws IOException {
        // Room for eight letters of a page each.
        Files.writeString(directory.resolve("frame.conf"),
                "memory = 128 MiB\nblock = 1 MiB\ndead.letters = 8 KiB\n");
        LaunchedMachine machine = LaunchedMachine.start(directory);
        try {
            destroy(machine, "alice", 5);
            machine.sayUntil("partitions", answer -> !answer.contains("alice"));
            String letters = machine.say("letters");
            assertEquals(6, letters.lines().count(), letters);

            destroy(machine, "bob", 5);
            String stays = machine.sayUntil("partitions",
                    answer -> answer.contains("bob is STOPPED: its bundle is gone"));
            String reason = "its bundle is gone, and messages=2 that it has not read do not fit into"
                    + " the dead letters: drop letters, and it is destroyed; or destroy it and lose"
                    + " them with brattice:destroy bob --discard";
            assertTrue(stays.contains(reason), stays);
            assertTrue(machine.say("destroy bob").contains("bob is not destroyed: " + reason));
            assertTrue(machine.say("destroy console").contains("console is not destroyed:"
                    + " partition=console belongs to bundle org.brattice.shell/"));

            assertTrue(machine.say("letters --drop 1").contains("dropped=1"));
            assertTrue(machine.say("partition bob").contains("messages=1 that it"));
            assertTrue(machine.say("letters --drop 2").contains("dropped=1"));
            machine.sayUntil("partitions", answer -> !answer.contains("bob"));
            // Answered by the thread that destroys: killed before it is through, bob would be back.
            assertTrue(machine.say("destroy bob").contains("partition=bob is unknown"));

            machine.kill();
            machine = LaunchedMachine.start(directory);

            letters = machine.say("letters");
            assertEquals(9, letters.lines().count(), letters);
            String shown = machine.say("letters 8");
            assertTrue(shown.contains("receiver    bob ("), shown);
            assertTrue(shown.contains("source      console ("), shown);
            assertTrue(shown.contains("|bob-message-2|"), shown);
            assertTrue(shown.contains("its receiver was destroyed before it was read"), shown);
            String again = machine.say("letters --redeliver 8");
            assertTrue(again.contains("which is gone for ever: export it, then drop it"), again);
            Path file = directory.resolve("exported");
            machine.say("letters --export 8 " + file);
            assertEquals("bob-message-2", Files.readString(file));

            destroy(machine, "carol", 3);
            machine.sayUntil("partitions",
                    answer -> answer.contains("carol is STOPPED: its bundle is gone"));
            assertTrue(machine.say("destroy carol --discard").contains("carol is destroyed"));
            String partitions = machine.say("partitions");
            assertFalse(partitions.contains("carol"), partitions);
            assertTrue(machine.say("letters --drop all").contains("dropped=8"));
            assertTrue(machine.say("letters").contains("no dead letters"));
            assertEquals(0, machine.stop());
        } finally {
            machine.close();
        }
    }

    /** Lets messages wait for a partition that is stopped, then removes its jar. */
    private void destroy(LaunchedMachine machine, String name, int messages) throws IOException {
        Path jar = machine.deploy(BundleJar.named(name)
                .partition("name=" + name + ";memory=\"1 MiB\";ipca=\"64 KiB\"")
                .activator(EchoActivator.class, PrototypeActivator.class).in(directory),
                name + ".jar");
        machine.awaitState(name, "RUNNING");
        Matcher bundle = BUNDLE.matcher(machine.say("partition " + name));
        assertTrue(bundle.find());
        machine.say("stop " + bundle.group(1));
        machine.awaitState(name, "STOPPED");
        for (int i = 0; i < messages; i++) {
            String sent = machine.say("send " + name + " " + name + "-message-" + i);
            assertTrue(sent.contains("sent to=" + name), sent);
        }
        Files.delete(jar);
    }
}
