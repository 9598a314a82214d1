package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;

import org.brattice.itests.launched.partition.ThrowerActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults are told by the process that comes after the one that saw them. */
final class FaultLogIT {
    @TempDir
    private Path directory;

    @Test
    void shouldKeepFaultsOverAKilledProcess() {
        LaunchedMachine machine = LaunchedMachine.start(directory);
        try {
            machine.deploy(BundleJar.named("thrower").partition("name=thrower;ipca=\"64 KiB\"")
                    .activator(ThrowerActivator.class, PrototypeActivator.class).in(directory),
                    "thrower.jar");
            machine.awaitState("thrower", "RUNNING");
            machine.say("send thrower boom");
            String before = machine.sayUntil("faults thrower",
                    answer -> answer.contains(" POISONED: "));

            machine.kill();
            machine = LaunchedMachine.start(directory);

            String after = machine.say("faults thrower");
            assertEquals(before, after);
            assertTrue(after.contains(" HANDLER_THREW: message position=0 source=console attempt=1"
                    + " threw java.lang.IllegalStateException: boom\n    at "), after);
            assertTrue(after.contains("ThrowerActivator$Thrower.message(ThrowerActivator.java:"),
                    after);
            String partition = machine.say("partition thrower");
            assertTrue(partition.contains(" POISONED: "), partition);
            assertEquals(0, machine.stop());
        } finally {
            machine.close();
        }
    }
}
