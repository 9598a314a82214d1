package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The distribution archive, unpacked in a directory with a space in its name. */
class RuntimeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path unpacked;

    private static Path home;

    @TempDir
    Path folder;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        var place = Files.createDirectories(unpacked.resolve("x y"));
        var tar = new ProcessBuilder("tar", "-xzf",
                Path.of("target/brattice.tar.gz").toAbsolutePath().toString())
                .directory(place.toFile()).inheritIO().start();
        assertEquals(0, tar.waitFor());
        home = place.resolve("brattice");
        var frame = home.resolve("etc/frame.conf");
        Files.writeString(frame, Files.readString(frame).replace("backing = memory",
                "backing = data"));
    }

    @Test
    void shouldHoldWhatTheFeaturesNameAndNothingElse() throws IOException {
        var reader = new FeatureReader();
        Set<String> named = new TreeSet<>();
        for (var feature : files(home.resolve("features"))) {
            reader.read(home.resolve("features").resolve(feature)).stream()
                    .map(FeatureBundle::fileName).forEach(named::add);
        }
        var boot = files(home.resolve("lib/boot"));
        var bundles = files(home.resolve("lib/bundles"));
        assertEquals(named, Stream.concat(bundles.stream(), boot.stream().filter(named::contains))
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"felix", "equinox"})
    void shouldRunCommandsWithoutATerminal(String framework) throws Exception {
        var run = run("exec", "lb -s", "--framework", framework);
        assertEquals(ExitStatus.SUCCESS, run.status(), run::toString);
        assertTrue(run.output().contains("org.brattice.hypervisor"), run::toString);
        assertEquals("", run.errors());
    }

    @Test
    void shouldEndWithFailureAtTheFirstCommandThatFails() throws Exception {
        var run = run("exec", "echo before; nosuchcommand; echo after");
        assertEquals(ExitStatus.FAILURE, run.status(), run::toString);
        assertTrue(run.output().contains("before"), run::toString);
        assertTrue(!run.output().contains("after"), run::toString);
        assertEquals("brattice: Command not found: nosuchcommand", run.errors().strip());
    }

    @Test
    void shouldRefuseASecondStartAndStopCleanlyOnASignal() throws Exception {
        var output = folder.resolve("output");
        var errors = folder.resolve("errors");
        var process = Script.start(home.resolve("brattice"), Map.of(), output.toFile(),
                errors.toFile(), "exec", "sleep 600000", "--data", folder.toString());
        try {
            await(() -> contains(folder.resolve("log/brattice.log"), "state=running"));
            var second = run("exec", "lb");
            assertEquals(ExitStatus.IN_USE, second.status(), second::toString);
            assertEquals("brattice: data=" + folder + " is in use by process=" + process.pid()
                    + ": stop that one, or choose another directory with --data",
                    second.errors().strip());
            process.destroy();
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertEquals(128 + 15, process.exitValue());
            assertTrue(contains(folder.resolve("log/brattice.log"), "state=stopped"));
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--daemon", "--supervise"})
    void shouldRunWithoutATerminalUntilASignal(String option) throws Exception {
        var process = Script.start(home.resolve("brattice"), Map.of(),
                folder.resolve("output").toFile(), folder.resolve("errors").toFile(), option,
                "--data", folder.toString());
        try {
            // The start is over when the shell, or nobody, has read the end of the input.
            await(() -> contains(folder.resolve("log/brattice.log"),
                    "partition=console state=running"));
            assertFalse(process.waitFor(2, TimeUnit.SECONDS), "it ends by itself");
            process.destroy();
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertEquals(128 + 15, process.exitValue());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** In ASCII, which most containers have, and in a locale with digits and letters of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"C", "POSIX", "tr_TR.ISO-8859-9"})
    void shouldTakeArgumentsAsUtf8(String locale) throws Exception {
        var run = Script.run(home.resolve("brattice"), Map.of("LC_ALL", locale), "exec",
                "echo 'gr\u00fc\u00dfe \u4f60'", "--data", folder.resolve("gr\u00fcn").toString());
        assertEquals("gr\u00fc\u00dfe \u4f60", run.output().strip(), run::toString);
    }

    @Test
    void shouldNotStartOnAFrameDescriptionWithAnUnknownKey() throws Exception {
        Files.writeString(folder.resolve("frame.conf"), "memry = 1 GiB\n");
        var run = run("exec", "lb");
        assertEquals(ExitStatus.NOT_RUNNING, run.status(), run::toString);
        assertEquals(1, run.errors().lines().count(), run::toString);
        assertTrue(run.errors().startsWith("brattice: "), run::toString);
        assertTrue(run.errors().contains("memry"), run::toString);
    }

    @Test
    void shouldNameJarsThatItCannotTakeAndGoOn() throws Exception {
        var deploy = Files.createDirectories(folder.resolve("deploy"));
        Files.writeString(deploy.resolve("bad.jar"), "no archive");
        var run = run("exec", "echo well");
        assertEquals(ExitStatus.SUCCESS, run.status(), run::toString);
        assertEquals("well", run.output().strip());
        assertTrue(run.errors().contains("jar=bad.jar is no whole archive"), run::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"felix", "equinox"})
    void shouldHaveNoModulesOfTheJdkButTheNeeded(String framework) throws Exception {
        var lib = home.resolve("lib");
        var list = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + home.resolve("etc/java.options"),
                "@" + home.resolve("etc/" + framework + ".options"), "--module-path",
                lib.resolve("boot") + File.pathSeparator + lib.resolve(framework),
                "--list-modules").redirectErrorStream(true).start();
        try (var lines = list.inputReader().lines()) {
            assertEquals(Set.of("java.base", "java.logging", "java.xml", "jdk.unsupported"),
                    lines.map(line -> line.split("@")[0])
                            .filter(name -> name.matches("(java|jdk)[.].*"))
                            .collect(Collectors.toSet()));
        }
    }

    private Script run(String... arguments) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", folder.toString()));
        return Script.run(home.resolve("brattice"), Map.of(), line.toArray(String[]::new));
    }

    private static Set<String> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    private static void await(BooleanSupplier condition)
            throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not reached in " + PATIENCE);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
