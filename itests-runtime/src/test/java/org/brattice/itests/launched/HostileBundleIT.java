package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.brattice.itests.launched.hostile.HostileActivator;
import org.brattice.itests.launched.partition.EchoActivator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The box (S13): one bundle tries to get out of it on every way that is known. */
final class HostileBundleIT {
    private static final List<String> KNOWN = List.of("fields of another bundle's firmware",
            "frame memory as a file", "framework internals: context",
            "framework internals: system bundle", "framework look-up: context",
            "framework look-up: system bundle", "the process's memory as a file");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"felix", "equinox"})
    void shouldRefuseWhateverAHostileBundleTries(String framework) throws IOException {
        try (var machine = LaunchedMachine.start(directory, "--framework", framework)) {
            machine.deployShipped("echo");
            machine.deploy(hostile(), "hostile.jar");
            machine.awaitState("hostile", "RUNNING");
            machine.say("send hostile attack");
            awaitEnd("end attack");
            awaitEnd("end tick");

            machine.assertAnswers("echo");
            shouldBeGovernedStill(machine);

            String id = bundleId(machine.say("partitions"));
            machine.say("stop " + id);
            machine.awaitState("hostile", "STOPPED");
            machine.say("start " + id);
            awaitEnd("end second boot");
            machine.assertAnswers("echo");

            List<String> lines = Files.readAllLines(trials());
            long refused = lines.stream().filter(line -> line.startsWith("refused")).count();
            System.out.println(framework + ": attempts refused=" + refused);
            assertEquals("", String.join("\n", lines.stream()
                    .filter(line -> line.startsWith("succeeded")).toList()));
            // Closed by other means than Java's: whoever closes one strikes it from this list.
            assertEquals(KNOWN, lines.stream().filter(line -> line.startsWith("open "))
                    .map(line -> line.substring("open ".length())).sorted().toList());
            assertTrue(refused > 150, "attempts=" + refused);
            assertEquals(0, machine.stop());
        }
    }

    /** New partitions can come, so nothing that the hypervisor needs is held. */
    private void shouldBeGovernedStill(LaunchedMachine machine) {
        machine.deploy(BundleJar.named("newcomer").partition("name=newcomer")
                .activator(EchoActivator.class, PrototypeActivator.class).in(directory),
                "newcomer.jar");
        machine.awaitState("newcomer", "RUNNING");
        machine.assertAnswers("newcomer");
    }

    private Path hostile() {
        return BundleJar.named("hostile").partition("name=hostile;processors=2")
                .activator(HostileActivator.class, PrototypeActivator.class)
                .packageOf(HostileActivator.class).in(directory);
    }

    private Path trials() {
        return directory.resolve("trials.txt");
    }

    private void awaitEnd(String line) {
        LaunchedMachine.await(() -> {
            try {
                return Files.exists(trials()) && Files.readAllLines(trials()).contains(line);
            } catch (IOException e) {
                return false;
            }
        }, () -> line + " never came");
    }

    private static String bundleId(String partitions) {
        var matcher = Pattern.compile("hostile \\[(\\d+)]").matcher(partitions);
        assertTrue(matcher.find(), partitions);
        return matcher.group(1);
    }
}
