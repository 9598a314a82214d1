package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.brattice.itests.launched.partition.EchoActivator;
import org.brattice.itests.launched.partition.FailingActivator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that is started again when its process ends as it should not. */
final class SupervisedIT {
    private static final String ALL_READ = "unread      0 bytes";

    @TempDir
    private Path directory;

    @AfterEach
    void removeFrame() {
        LaunchedMachine.removeFrame(directory);
    }

    private static ProcessHandle running(LaunchedMachine supervised) {
        LaunchedMachine.await(() -> supervised.process().children().findAny().isPresent(),
                () -> "no process is started");
        return supervised.process().children().findAny().orElseThrow();
    }

    /** What is said next is said to the next process. */
    private static void awaitEnd(ProcessHandle process) {
        LaunchedMachine.await(() -> !process.isAlive(), () -> "it does not end");
    }

    @Test
    void shouldStartAgainWithAllMessages() {
        try (var machine = LaunchedMachine.start(directory, "--supervise")) {
            machine.deployShipped("echo");
            machine.say("health --kind POISONED \"restart*1/60s, hold\"");
            machine.say("recover echo quarantine");
            machine.say("send echo \"read me later\"");
            assertFalse(machine.say("partition echo").contains(ALL_READ));
            ProcessHandle first = running(machine);

            machine.tell("recover echo escalate");
            awaitEnd(first);
            machine.say("echo up");

            assertTrue(machine.seen().contains("the machine ended with status=75, as it asked for a"
                    + " restart: it is started again, with its frame as it was"), machine.seen());
            machine.awaitState("echo", "RUNNING");
            machine.sayUntil("partition echo", answer -> answer.contains(ALL_READ)
                    && answer.contains("read        1 messages"));
            assertTrue(machine.say("health").contains("*          POISONED  restart*1/60s, hold"),
                    machine.say("health"));

            ProcessHandle second = running(machine);
            second.destroyForcibly();
            awaitEnd(second);
            machine.say("echo up");
            machine.awaitState("echo", "RUNNING");
            machine.assertAnswers("echo");
            assertEquals(0, machine.stop());
        }
    }

    @Test
    void shouldEndTheMachineWhenItIsEnded() throws InterruptedException {
        try (var machine = LaunchedMachine.start(directory, "--supervise")) {
            ProcessHandle running = running(machine);
            machine.process().destroy();
            assertEquals(143, machine.process().waitFor());
            assertFalse(running.isAlive(), "the machine outlives its supervisor");
        }
    }

    @Test
    void shouldNotStartAgainForEver() throws InterruptedException {
        try (var machine = LaunchedMachine.start(directory, "--supervise")) {
            for (int kills = 0; kills < 6; kills++) {
                ProcessHandle running = running(machine);
                running.destroyForcibly();
                awaitEnd(running);
            }
            assertEquals(4, machine.process().waitFor());
            LaunchedMachine.await(
                    () -> machine.seen().contains("and was started again 5 times in 60 s"),
                    machine::seen);
        }
    }

    @Test
    void shouldNotBringBackWhatWasRolledBack() {
        try (var machine = LaunchedMachine.start(directory, "--supervise")) {
            machine.deploy(jar("1.0.0", EchoActivator.class), "talker.jar");
            machine.awaitState("talker", "RUNNING");
            LaunchedMachine.await(() -> Files.exists(directory.resolve("good/talker.good")),
                    () -> "its jar was not kept: " + machine.log());
            machine.deploy(jar("1.1.0", FailingActivator.class), "talker.jar");
            machine.sayUntil("recover",
                    answer -> answer.contains("rollback  RollBackToGood     done"));
            assertTrue(machine.say("partition talker").contains("talker/1.0.0 ["),
                    machine.say("partition talker"));
            machine.assertAnswers("talker");

            ProcessHandle before = running(machine);
            machine.tell("recover talker escalate");
            awaitEnd(before);
            machine.say("echo up");
            machine.awaitState("talker", "RUNNING");
            assertTrue(machine.say("partition talker").contains("talker/1.0.0 ["),
                    machine.say("partition talker"));
            machine.assertAnswers("talker");
            assertFalse(machine.say("recover").contains("BOOT_FAILED"),
                    "the bad jar has booted again");
        }
    }

    private Path jar(String version, Class<?> activator) {
        return BundleJar.named("talker").version(version).partition("name=talker")
                .activator(activator, PrototypeActivator.class).in(directory);
    }
}
