package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.brattice.itests.launched.partition.EchoActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The frame's file cannot get the bytes of a free block: the kernel refuses them, as it does when the disk is
 * full, by a limit that the running process is given.
 */
final class FullDiskIT {
    /** Half of the frame's memory. */
    private static final long LIMIT = 64 << 20;

    @TempDir
    private Path directory;

    @Test
    void shouldMoveNoBlockThatHasNoRoomOnTheDisk() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("frame.conf"),
                "memory = 128 MiB\nblock = 16 MiB\npartitions = 16\n");
        try (var machine = LaunchedMachine.start(directory)) {
            machine.deploy(BundleJar.named("heir").partition("name=heir;memory=\"16 MiB\"")
                    .activator(EchoActivator.class, PrototypeActivator.class).in(directory),
                    "heir.jar");
            machine.awaitState("heir", "RUNNING");
            String before = machine.say("resources");
            limit(machine, Long.toString(LIMIT));

            String move = machine.say("move block:7 --to heir");

            Matcher says = Pattern.compile("no room for 16 MiB of frame memory in \\S+"
                    + ": \\S.*; free space").matcher(move);
            assertTrue(says.find(), move);
            assertFalse(move.contains("Exception"), move);
            assertEquals(before, machine.say("resources"), "it is free, and heir has what it had");
            assertTrue(machine.say("journal").contains("  undone  "), machine.say("journal"));
            assertFalse(machine.log().contains("UncheckedIOException"), machine.log());
            machine.assertAnswers("heir");

            limit(machine, "unlimited");
            machine.say("move block:7 --to heir");
            assertTrue(machine.say("journal").contains("  done "), machine.say("journal"));
            assertEquals(0, machine.stop());
        }
    }

    private static void limit(LaunchedMachine machine, String bytes)
            throws IOException, InterruptedException {
        for (ProcessHandle one : process(machine)) {
            Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(one.pid()),
                    "--fsize=" + bytes + ":unlimited").redirectErrorStream(true).start();
            String printed = new String(prlimit.getInputStream().readAllBytes());
            assertEquals(0, prlimit.waitFor(), printed);
        }
    }

    /** The script that starts it may have become the machine, or waits for it. */
    private static List<ProcessHandle> process(LaunchedMachine machine) {
        return Stream.concat(Stream.of(machine.process().toHandle()),
                machine.process().descendants()).toList();
    }
}
