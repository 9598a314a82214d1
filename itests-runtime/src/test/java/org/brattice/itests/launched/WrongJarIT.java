package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

import org.brattice.itests.launched.partition.TraceActivator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not belong into the deploy folder harms nothing that runs. */
final class WrongJarIT {
    @TempDir
    private Path directory;
    private LaunchedMachine machine;

    @BeforeEach
    void start() {
        machine = LaunchedMachine.start(directory);
        machine.deployShipped("echo");
        machine.assertAnswers("echo");
    }

    @AfterEach
    void stop() {
        machine.assertAnswers("echo");
        assertEquals(0, machine.stop());
        machine.close();
    }

    @Test
    void shouldPassOverWhatIsNoBundle() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "This is no jar.\n");
        byte[] whole = Files.readAllBytes(LaunchedMachine.shipped("vios"));
        Path half = Files.write(directory.resolve("half"), Arrays.copyOf(whole, whole.length / 2));
        machine.deploy(text, "text.jar");
        machine.deploy(half, "half.jar");
        awaitLogged("text.jar");
        awaitLogged("half.jar");
        assertUndisturbed();

        machine.deploy(LaunchedMachine.shipped("vios"), "half.jar");
        machine.awaitState("vios", "RUNNING");
    }

    @Test
    void shouldKeepARunningPartitionWhenItsJarIsTruncated() throws IOException {
        byte[] whole = Files.readAllBytes(LaunchedMachine.shipped("echo"));
        Path half = Files.write(directory.resolve("half"), Arrays.copyOf(whole, whole.length / 2));
        machine.deploy(half, "echo.jar");
        awaitLogged("the bundle that it held before stays as it is");
        assertUndisturbed();

        machine.deploy(LaunchedMachine.shipped("echo"), "echo.jar");
        machine.sayUntil("partition echo",
                answer -> Pattern.compile("boots +2\\b").matcher(answer).find());
        String shown = machine.say("partition echo");
        assertTrue(Pattern.compile("number +2\\b").matcher(shown).find(), shown);
    }

    @Test
    void shouldRefuseASecondJarOfTheSameBundle() {
        machine.deploy(LaunchedMachine.shipped("echo"), "again.jar");
        awaitLogged("jar=again.jar holds a bundle of a name and version that is installed already");
        assertUndisturbed();
    }

    @Test
    void shouldLeaveABundleAloneThatIsNoPartition() {
        machine.deploy(BundleJar.named("firmware-only")
                .activator(TraceActivator.class, PrototypeActivator.class).in(directory),
                "firmware-only.jar");
        String shown = machine.sayUntil("partitions",
                answer -> answer.contains("firmware-only"));
        assertTrue(shown.contains("REFUSED"), shown);
        assertTrue(shown.contains("declares no partition: put @Partition on"), shown);
        assertUndisturbed();
    }

    @Test
    void shouldRefuseAPartitionBeforeItsCodeRuns() throws IOException {
        machine.deploy(BundleJar.named("greedy").partition("name=greedy;memory=\"9000 GiB\"")
                .activator(TraceActivator.class, PrototypeActivator.class).in(directory),
                "greedy.jar");
        machine.awaitState("greedy", "REFUSED");

        String why = machine.say("why greedy");
        assertTrue(why.contains("memory=9000 GiB must be at most"), why);
        String shown = machine.say("partitions");
        assertTrue(shown.contains("memory=9000 GiB must be at most"), shown);
        assertFalse(Files.exists(directory.resolve("greedy.ran")));
        assertUndisturbed();
    }

    @Test
    void shouldTakeADeployFolderThatWasMadeAnew() throws IOException {
        Files.delete(machine.deploy().resolve("echo.jar"));
        Files.delete(machine.deploy());
        machine.deploy(LaunchedMachine.shipped("echo"), "echo.jar");
        machine.deployShipped("vios");
        machine.awaitState("echo", "RUNNING");
    }

    private void assertUndisturbed() {
        String shown = machine.say("partition echo");
        assertTrue(Pattern.compile("boots +1\\b").matcher(shown).find(), shown);
    }

    private void awaitLogged(String text) {
        LaunchedMachine.await(() -> machine.log().contains(text), machine::log);
    }
}
