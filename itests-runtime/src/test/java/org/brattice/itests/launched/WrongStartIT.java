package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that cannot be says why in one line, and ends with a status that is not zero. */
final class WrongStartIT {
    private static final int IN_USE = 3;
    private static final int NOT_RUNNING = 4;

    @TempDir
    private Path directory;

    @AfterEach
    void removeFrame() {
        LaunchedMachine.removeFrame(directory);
    }

    @Test
    void shouldNameTheLineOfAnUnknownKey() throws IOException {
        Path frame = describe("memory = 64 MiB", "# more to come", "procesors = 4");
        assertEquals("brattice: " + frame + ":3: unknown key procesors: did you mean processors? "
                + "Keys are name, memory, block, partitions, processors, backing, retry.store, "
                + "dead.letters, dead.letter.limit, fault.log, move.journal, slot.<location>",
                refusal(NOT_RUNNING));
    }

    @Test
    void shouldNameTheLineOfABadValue() throws IOException {
        Path frame = describe("memory = a lot");
        assertEquals("brattice: " + frame + ":1: memory=a lot is no size: write a number and B, "
                + "KiB, MiB, GiB or TiB, as in 16 MiB", refusal(NOT_RUNNING));
    }

    @Test
    void shouldSayThatADescriptionIsNoText() throws IOException {
        Path frame = Files.write(directory.resolve("frame.conf"), new byte[]{'n', '=', -1, -2});
        assertEquals("brattice: frame description " + frame + " is not UTF-8 text",
                refusal(NOT_RUNNING));
    }

    @Test
    void shouldRefuseAFrameLargerThanTheDisk() throws IOException {
        describe("memory = 900 TiB", "block = 1 TiB");
        String line = refusal(NOT_RUNNING);
        assertTrue(line.startsWith("brattice: memory=900 TiB does not fit: "), line);
        assertTrue(line.endsWith("lower memory in " + directory.resolve("frame.conf")
                + ", or free space"), line);

        describe("memory = 64 MiB");
        assertEquals(0, status(LaunchedMachine.command(directory, "exec", "vsr")));
    }

    @Test
    void shouldRefuseTheFrameOfAnotherDescription() throws IOException {
        describe("memory = 64 MiB");
        assertEquals(0, status(LaunchedMachine.command(directory, "exec", "vsr")));
        describe("memory = 128 MiB");
        String line = refusal(NOT_RUNNING);
        assertTrue(line.startsWith("brattice: memory="), line);
        assertTrue(line.contains("put the description back, or delete that file, start with"
                + " --new-frame"), line);
    }

    @Test
    void shouldMissAFrameThatHasVanished() throws IOException {
        describe("memory = 64 MiB");
        assertEquals(0, status(LaunchedMachine.command(directory, "exec", "vsr")));
        Files.delete(Files.readSymbolicLink(directory.resolve("frame.mem")));
        String line = refusal(NOT_RUNNING);
        assertTrue(line.contains(" is gone, with partitions=console"), line);
        assertTrue(line.contains("put the file back, or start with --new-frame"), line);
        assertEquals(0, status(LaunchedMachine.command(directory, "exec", "vsr", "--new-frame")));
        assertEquals(0, status(LaunchedMachine.command(directory, "exec", "vsr")));
    }

    @Test
    void shouldRefuseASecondStartOnTheSameData() throws IOException {
        try (var machine = LaunchedMachine.start(directory)) {
            machine.deployShipped("echo");
            machine.assertAnswers("echo");
            String line = refusal(IN_USE);
            assertTrue(line.startsWith("brattice: data=" + directory + " is in use by process="
                    + machine.process().pid()), line);
            machine.assertAnswers("echo");
            assertEquals(0, machine.stop());
        }
        assertEquals(0, status(LaunchedMachine.command(directory, "exec", "partitions")));
    }

    @Test
    void shouldRefuseADataDirectoryThatCannotBeMade() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        String line = refusal(NOT_RUNNING, file);
        assertTrue(line.startsWith("brattice: data=" + file + " cannot be used"), line);
        assertTrue(line.contains("choose a directory you may write to with --data"), line);
    }

    @Test
    void shouldRefuseADataDirectoryThatIsReadOnly() throws IOException {
        Path locked = Files.createDirectory(directory.resolve("locked"));
        assumeFalse(locked.toFile().setWritable(false) && Files.isWritable(locked),
                "this user may write everywhere");
        String line = refusal(NOT_RUNNING, locked);
        assertTrue(line.startsWith("brattice: data=" + locked + " cannot be used"), line);
    }

    private Path describe(String... lines) throws IOException {
        return Files.write(directory.resolve("frame.conf"), List.of(lines));
    }

    private String refusal(int status) throws IOException {
        return refusal(status, directory);
    }

    private static String refusal(int status, Path data) throws IOException {
        Path output = Files.createTempFile("refusal", ".txt");
        try {
            assertEquals(status, status(LaunchedMachine.command(data, "exec", "partitions"),
                    output));
            List<String> lines = Files.readAllLines(output);
            assertEquals(1, lines.size(), lines.toString());
            return lines.get(0);
        } finally {
            Files.delete(output);
        }
    }

    private static int status(List<String> command) throws IOException {
        Path output = Files.createTempFile("start", ".txt");
        try {
            int status = status(command, output);
            assertFalse(status != 0, Files.readString(output));
            return status;
        } finally {
            Files.delete(output);
        }
    }

    private static int status(List<String> command, Path output) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
