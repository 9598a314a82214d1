package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in an unpacked distribution whose JDKs are none, old, or only say their name. */
class ScriptTest {
    private static final String NONE_FOUND = "brattice: no JDK 25 found: install one (such as "
            + "Eclipse Temurin 25), or set BRATTICE_JAVA_HOME to where it is\n";

    @TempDir
    Path folder;

    private Path script;

    @BeforeEach
    void unpack() throws IOException {
        script = Files.createDirectories(folder.resolve("un packed")).resolve("brattice");
        Files.copy(Path.of("..", "brattice"), script, StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void shouldRefuseUnknownWord() throws Exception {
        var run = run(Map.of(), "dmeo");
        assertEquals(
                "brattice: word=dmeo is unknown: use demo, exec, frames, help, version, or none for the shell\n",
                run.errors());
        assertEquals(ExitStatus.USAGE, run.status());
    }

    @Test
    void shouldShowHelpWithoutAJdk() throws Exception {
        Files.createDirectories(script.resolveSibling("etc"));
        Files.copy(Path.of("src/main/dist/etc/help.txt"), script.resolveSibling("etc/help.txt"));
        var run = run(Map.of(), "--help");
        assertTrue(run.output().startsWith("Usage: brattice [WORD] [OPTION]..."), run.output());
        assertEquals(ExitStatus.SUCCESS, run.status());
    }

    @Test
    void shouldShowTheVersionOfTheRuntime() throws Exception {
        var boot = Files.createDirectories(script.resolveSibling("lib/boot"));
        Files.createFile(boot.resolve("org.brattice.runtime-1.2.3.jar"));
        assertEquals("brattice 1.2.3\n", run(Map.of(), "--version").output());
        assertEquals("brattice 1.2.3\n", run(Map.of(), "version").output());
    }

    @Test
    void shouldRefuseADaemonThatEndsByItself() throws Exception {
        var run = run(Map.of(), "demo", "--daemon");
        assertEquals("brattice: option=--daemon is for the shell alone: demo ends by itself\n",
                run.errors());
        assertEquals(ExitStatus.USAGE, run.status());
    }

    @Test
    void shouldStartByARelativePathWhereDirectoriesAreLookedForElsewhere() throws Exception {
        jdk("jdks/jdk-25", "25.0.3");
        var environment = environment(Map.of("CDPATH", ".:/usr"));
        var output = folder.resolve("output");
        var errors = folder.resolve("errors");
        var builder = new ProcessBuilder("bash", "un packed/brattice", "exec", "lb")
                .directory(folder.toFile()).redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        assertEquals(0, builder.start().waitFor(), () -> errors.toString());
        assertEquals("jdk-25\n", Files.readString(output));
        assertEquals("", Files.readString(errors));
    }

    @Test
    void shouldSayThatThereIsNoInput() throws Exception {
        jdk("jdks/jdk-25", "25.0.3");
        assertEquals("brattice: there is no input, so the machine stops as soon as it has started:"
                + " --daemon keeps it running\n", run(Map.of()).errors());
        assertEquals("", run(Map.of(), "--daemon").errors());
        assertEquals("", run(Map.of(), "--supervise").errors());
        assertEquals("", run(Map.of(), "exec", "lb").errors());
    }

    @Test
    void shouldSayInOneLineThatNoJdkIsThere() throws Exception {
        var run = run(Map.of(), "exec", "lb");
        assertEquals(NONE_FOUND, run.errors());
        assertEquals(ExitStatus.NOT_RUNNING, run.status());
    }

    @Test
    void shouldPassOverOtherVersions() throws Exception {
        jdk("jdks/jdk-21", "21.0.4");
        jdk("jdks/jdk-250", "250.0.1");
        assertEquals(NONE_FOUND, run(Map.of()).errors());
    }

    @Test
    void shouldFindJdkBesideOthers() throws Exception {
        jdk("jdks/jdk-21", "21.0.4");
        jdk("jdks/jdk 25", "25.0.3");
        assertEquals("jdk 25\n", run(Map.of()).output());
    }

    @Test
    void shouldFindJdkOfAMac() throws Exception {
        jdk("jdks/temurin-25.jdk/Contents/Home", "25");
        assertEquals("Home\n", run(Map.of()).output());
    }

    @Test
    void shouldPreferTheJdkItIsPointedAt() throws Exception {
        jdk("jdks/jdk-25", "25.0.3");
        var mine = jdk("mine", "25.0.1");
        assertEquals("mine\n", run(Map.of("BRATTICE_JAVA_HOME", mine.toString())).output());
        assertEquals("mine\n", run(Map.of("JAVA_HOME", mine.toString())).output());
    }

    @Test
    void shouldFindTheJdkOnThePathBehindALink() throws Exception {
        var java = jdk("real", "25.0.3").resolve("bin/java");
        var bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), java);
        assertEquals("real\n", run(Map.of("PATH", bin + ":/usr/bin:/bin")).output());
    }

    @Test
    void shouldRefuseToBePointedAtAnotherVersion() throws Exception {
        jdk("jdks/jdk-25", "25.0.3");
        var old = jdk("old", "17.0.15");
        assertEquals("brattice: BRATTICE_JAVA_HOME=" + old
                + " is no JDK 25: point it at one, or unset it\n",
                run(Map.of("BRATTICE_JAVA_HOME", old.toString())).errors());
    }

    @Test
    void shouldStartWhatLiesBehindALinkToIt() throws Exception {
        jdk("jdks/jdk-25", "25.0.3");
        var link = Files.createSymbolicLink(folder.resolve("link"), Path.of("un packed/brattice"));
        assertEquals("jdk-25\n", Script.run(link, environment(Map.of())).output());
    }

    private Script run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return Script.run(script, environment(environment), arguments);
    }

    private Map<String, String> environment(Map<String, String> more) {
        var environment = new HashMap<>(Map.of("BRATTICE_JDKS", folder.resolve("jdks").toString(),
                "BRATTICE_JAVA_HOME", "", "JAVA_HOME", ""));
        environment.putAll(more);
        return environment;
    }

    /** Makes a JDK whose java prints the name of its home. */
    private Path jdk(String name, String version) throws IOException {
        var home = folder.resolve(name);
        var java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nbasename \"$(cd \"$(dirname \"$0\")/..\" && pwd)\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"),
                "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }
}
