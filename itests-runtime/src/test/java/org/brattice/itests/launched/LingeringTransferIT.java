package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

import org.brattice.itests.launched.partition.EchoActivator;
import org.brattice.itests.launched.partition.HoarderActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thread in the middle of a transfer cannot be shut out: then nobody else gets the memory. */
final class LingeringTransferIT {
    @TempDir
    private Path directory;

    @Test
    void shouldGiveNobodyTheMemoryThatATransferStillReaches() throws IOException {
        Files.writeString(directory.resolve("frame.conf"),
                "memory = 128 MiB\nblock = 16 MiB\npartitions = 16\n");
        try (var machine = LaunchedMachine.start(directory)) {
            Path hoarder = machine.deploy(BundleJar.named("hoarder")
                    .partition("name=hoarder;memory=\"80 MiB\"")
                    .activator(HoarderActivator.class, PrototypeActivator.class).in(directory),
                    "hoarder.jar");
            machine.awaitState("hoarder", "RUNNING");
            try (var connection = new Socket("localhost", port())) {
                Files.delete(hoarder);
                machine.sayUntil("partitions", answer -> !answer.contains("hoarder"));
                machine.deploy(heir("1.0.0"), "heir.jar");
                machine.awaitState("heir", "REFUSED");
                assertTrue(machine.say("vsr").contains("quarantined 5"), machine.say("vsr"));

                connection.getOutputStream().write(1);
                LaunchedMachine.await(() -> Files.exists(directory.resolve("refused")),
                        () -> "the transfer never ended: " + machine.log());
            }
            machine.sayUntil("vsr", answer -> answer.contains("quarantined 0"));
            machine.deploy(heir("1.0.1"), "heir.jar");
            machine.awaitState("heir", "RUNNING");
            machine.assertAnswers("heir");
        }
    }

    private Path heir(String version) {
        return BundleJar.named("heir").version(version)
                .partition("name=heir;memory=\"80 MiB\"")
                .activator(EchoActivator.class, PrototypeActivator.class).in(directory);
    }

    private int port() throws IOException {
        Path file = directory.resolve("port");
        LaunchedMachine.await(() -> Files.exists(file), () -> "no port");
        return Integer.parseInt(Files.readString(file));
    }
}
