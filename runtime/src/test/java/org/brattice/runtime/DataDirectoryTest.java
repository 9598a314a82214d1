package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {",", "${"})
    void shouldRefuseANameThatTheDeployFolderCannotHave(String part) {
        var path = folder.resolve("a" + part + "b");
        var refusal = assertThrows(Refusal.class, () -> DataDirectory.take(path));
        assertEquals("data=" + path + " has " + part + " in its name, and jars in its deploy folder"
                + " would not be found: choose another directory with --data",
                refusal.getMessage());
        assertEquals(ExitStatus.USAGE, refusal.status());
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldMakeWhatIsMissing() {
        try (var data = DataDirectory.take(folder.resolve("a/b c"))) {
            assertTrue(Files.isDirectory(data.path().resolve("deploy")));
            assertTrue(Files.isDirectory(data.cache()));
            assertTrue(Files.isDirectory(data.log().getParent()));
        }
    }

    @Test
    void shouldBeItsOwnersAlone() throws IOException {
        var made = folder.resolve("made");
        DataDirectory.take(made).close();
        assertEquals("rwx------", permissions(made));
        assertEquals("rwx------", permissions(made.resolve("deploy")));
        assertEquals("rw-------", permissions(made.resolve("lock")));

        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataDirectory.take(made).close();
        assertEquals("rwx------", permissions(made));
    }

    @Test
    void shouldLeaveToOthersWhatHoldsMoreThanItsData() throws IOException {
        Files.createFile(folder.resolve("theirs"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataDirectory.take(folder).close();
        assertEquals("rwxr-xr-x", permissions(folder));
        assertEquals("rwx------", permissions(folder.resolve("log")));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void shouldRefuseAPipeForItsLock() throws Exception {
        var lock = folder.resolve("lock");
        assertEquals(0, new ProcessBuilder("mkfifo", lock.toString()).start().waitFor());
        var refusal = assertThrows(Refusal.class, () -> DataDirectory.take(folder));
        assertEquals("file=" + lock + " is no regular file: remove it", refusal.getMessage());
    }

    @Test
    void shouldRefuseDirectoryInUseAndNameTheHolder() {
        try (var data = DataDirectory.take(folder)) {
            var refusal = assertThrows(Refusal.class, () -> DataDirectory.take(data.path()));
            assertEquals("data=" + folder + " is in use by process="
                    + ProcessHandle.current().pid()
                    + ": stop that one, or choose another directory with --data",
                    refusal.getMessage());
            assertEquals(ExitStatus.IN_USE, refusal.status());
        }
    }

    /** A lock is lost when anything in its process closes a descriptor of the file. */
    @Test
    void shouldRefuseDirectoryOfALivingProcessThatLostItsLock() throws Exception {
        DataDirectory.take(folder).close();
        var holder = new ProcessBuilder("sleep", "600").start();
        try {
            var facts = LivingProcess.facts(holder.pid());
            Files.writeString(folder.resolve("lock"), facts);
            var refusal = assertThrows(Refusal.class, () -> DataDirectory.take(folder));
            assertEquals("data=" + folder + " is in use by process=" + holder.pid()
                    + ": stop that one, or choose another directory with --data",
                    refusal.getMessage());

            Files.writeString(folder.resolve("lock"), facts.replaceFirst(" [0-9]+ ", " 1 "));
            DataDirectory.take(folder).close();
            Files.writeString(folder.resolve("lock"), facts);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        DataDirectory.take(folder).close();
    }

    @Test
    void shouldTakeDirectoryThatWasGivenBack() {
        DataDirectory.take(folder).close();
        DataDirectory.take(folder).close();
    }

    @Test
    void shouldRefuseDirectoryThatCannotBeMade() throws IOException {
        var file = Files.createFile(folder.resolve("file"));
        var refusal = assertThrows(Refusal.class, () -> DataDirectory.take(file));
        assertTrue(refusal.getMessage().startsWith("data=" + file + " cannot be used ("),
                refusal.getMessage());
        assertTrue(refusal.getMessage()
                .endsWith("): choose a directory you may write to with --data"));
    }

    @Test
    void shouldKeepTheTourOutOfAFolderWithPartitions() throws IOException {
        try (var data = DataDirectory.take(folder)) {
            data.checkNothingDeployed();
            Files.createFile(data.path().resolve("deploy/mine.jar"));
            var refusal = assertThrows(Refusal.class, data::checkNothingDeployed);
            assertEquals(
                    "deploy folder of data=" + folder + " has mine.jar: the tour wants it empty,"
                            + " choose another directory with --data",
                    refusal.getMessage());
            assertEquals(ExitStatus.USAGE, refusal.status());
        }
    }

    @Test
    void shouldCopyFrameDescriptionOnce() throws IOException {
        var original = Files.writeString(folder.resolve("original"), "name = first");
        try (var data = DataDirectory.take(folder.resolve("data"))) {
            var copy = data.frameDescription(original);
            Files.writeString(copy, "name = mine");
            assertEquals("name = mine", Files.readString(data.frameDescription(original)));
        }
    }

    @Test
    void shouldRemoveTemporaryDirectoryWithLinkedFrameMemory() throws IOException {
        var memory = Files.createFile(folder.resolve("memory"));
        Path path;
        try (var temporary = new TemporaryDirectory()) {
            path = temporary.path();
            Files.createDirectories(path.resolve("a/b"));
            Files.createSymbolicLink(path.resolve("frame.mem"), memory);
        }
        assertTrue(Files.notExists(path));
        assertTrue(Files.notExists(memory));
    }
}
