package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameTest {
    private static final long BLOCK = 64 << 10;
    private static final Path LOCKS = Path.of("/proc/locks");

    @TempDir
    Path data;

    private static FrameDescription description(long memory, Backing backing) {
        return new FrameDescription("test", memory, BLOCK, 4, 8, backing, Map.of());
    }

    private Frame open(Backing backing) throws IOException {
        return Frame.open(data, description(16 * BLOCK, backing));
    }

    @Test
    void shouldBeCreatedWithItsHeader() throws IOException {
        try (Frame frame = open(Backing.DATA)) {
            assertFalse(frame.attached());
            assertEquals("BRATTICE", new String(
                    frame.memory().asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)));
            assertEquals(16 * BLOCK, frame.word(FrameLayout.HEADER_MEMORY));
            assertEquals(BLOCK, frame.word(FrameLayout.HEADER_BLOCK));
            assertEquals(4, frame.word(FrameLayout.HEADER_PARTITIONS));
            assertEquals(1, frame.word(FrameLayout.HEADER_NEXT_NUMBER));
            assertEquals(1, frame.word(FrameLayout.HEADER_STARTS));
            assertEquals(0, frame.word(FrameLayout.HEADER_CLEAN));
            assertEquals(16 * BLOCK, Files.size(data.resolve("frame.mem")));
        }
    }

    @Test
    void shouldKeepItsContents() throws IOException {
        long id;
        try (Frame frame = open(Backing.DATA)) {
            Word.opaque(frame.memory(), 15 * BLOCK, 42);
            id = frame.word(FrameLayout.HEADER_ID);
        }
        try (Frame frame = open(Backing.DATA)) {
            assertTrue(frame.attached());
            assertEquals(42, Word.opaque(frame.memory(), 15 * BLOCK));
            assertEquals(id, frame.word(FrameLayout.HEADER_ID));
            assertEquals(2, frame.word(FrameLayout.HEADER_STARTS));
            assertEquals(1, frame.word(FrameLayout.HEADER_CLEAN));
        }
    }

    @Test
    void shouldBeCreatedAnewWhenItsCreationWasCutShort() throws IOException {
        Files.write(data.resolve("frame.mem"), new byte[100]);

        try (Frame frame = open(Backing.DATA)) {
            assertFalse(frame.attached());
            assertEquals(FrameLayout.MAGIC, frame.word(0));
        }
    }

    @Test
    void shouldRefuseAnotherDescription() throws IOException {
        open(Backing.DATA).close();

        assertEquals("memory=2 MiB differs from memory=1 MiB of the frame memory in "
                + data.resolve("frame.mem")
                + ": put the description back, or delete that file, start with --new-frame and lose its messages",
                assertThrows(IllegalArgumentException.class,
                        () -> Frame.open(data, description(32 * BLOCK, Backing.DATA)))
                        .getMessage());
        assertRefused("retry.store=16 KiB differs from retry.store=20 KiB",
                new StoreSizes(20 << 10, 16 << 10, 4 << 10, 16 << 10, 4 << 10));
        assertRefused("dead.letters=16 KiB differs from dead.letters=20 KiB",
                new StoreSizes(16 << 10, 20 << 10, 4 << 10, 16 << 10, 4 << 10));
        assertRefused("fault.log=16 KiB differs from fault.log=20 KiB",
                new StoreSizes(16 << 10, 16 << 10, 4 << 10, 20 << 10, 4 << 10));
        assertRefused("move.journal=16 KiB differs from move.journal=20 KiB",
                new StoreSizes(16 << 10, 16 << 10, 4 << 10, 16 << 10, 20 << 10));
        open(Backing.DATA).close();
    }

    /** A frame with other stores is there; the usual description does not fit it. */
    private void assertRefused(String message, StoreSizes stores) throws IOException {
        Path other = Files.createDirectory(data.resolve("other" + stores.hashCode()));
        Frame.open(other, new FrameDescription("test", 16 * BLOCK, BLOCK, 4, 8, Backing.DATA,
                Map.of(), stores)).close();

        assertEquals(message + " of the frame memory in " + other.resolve("frame.mem")
                + ": put the description back, or delete that file, start with --new-frame and lose its messages",
                assertThrows(IllegalArgumentException.class,
                        () -> Frame.open(other, description(16 * BLOCK, Backing.DATA)))
                        .getMessage());
    }

    @Test
    void shouldRefuseAFileThatWasCutShort() throws IOException {
        open(Backing.DATA).close();
        try (FileChannel file = FileChannel.open(data.resolve("frame.mem"),
                StandardOpenOption.WRITE)) {
            file.truncate(8 * BLOCK);
        }

        assertEquals("frame memory in " + data.resolve("frame.mem") + " was cut short: bytes="
                + 8 * BLOCK + " of memory=1 MiB; put the file back, or delete it, start with"
                + " --new-frame and lose its messages",
                assertThrows(IllegalArgumentException.class, () -> open(Backing.DATA))
                        .getMessage());
        assertEquals(8 * BLOCK, Files.size(data.resolve("frame.mem")));
    }

    @Test
    void shouldRefuseAFileThatWasCutWithinItsHeader() throws IOException {
        open(Backing.DATA).close();
        try (FileChannel file = FileChannel.open(data.resolve("frame.mem"),
                StandardOpenOption.WRITE)) {
            file.truncate(9);
        }

        assertEquals("frame memory in " + data.resolve("frame.mem") + " was cut short: bytes=9"
                + " of memory=1 MiB; put the file back, or delete it, start with --new-frame and lose its messages",
                assertThrows(IllegalArgumentException.class, () -> open(Backing.DATA))
                        .getMessage());
        assertEquals(9, Files.size(data.resolve("frame.mem")));
    }

    @Test
    void shouldRefuseASecondHypervisor() throws IOException {
        try (Frame frame = open(Backing.DATA)) {
            String message = assertThrows(IOException.class, () -> open(Backing.DATA)).getMessage();

            assertEquals("frame memory in " + data + " is in use by another hypervisor: stop it,"
                    + " or choose another data directory", message);
            assertEquals(1, frame.word(FrameLayout.HEADER_STARTS));
        }
        open(Backing.DATA).close();
    }

    /** POSIX drops a process's locks on a file when it closes any descriptor of that file. */
    @Test
    void shouldKeepItsLockWhenASecondHypervisorWasRefused() throws IOException {
        assumeTrue(Files.isReadable(LOCKS));
        try (Frame frame = open(Backing.DATA)) {
            assertTrue(locked(), "before, starts=" + frame.word(FrameLayout.HEADER_STARTS));
            assertThrows(IOException.class, () -> open(Backing.DATA));
            assertTrue(locked());
        }
        assertFalse(locked());
    }

    private boolean locked() throws IOException {
        String inode = ":" + Files.getAttribute(data.resolve("frame.lock"), "unix:ino") + " ";
        List<String> locks = Files.readAllLines(LOCKS);
        return locks.stream().anyMatch(line -> line.contains(inode));
    }

    @Test
    void shouldRefuseAFrameThatTheDiskCannotHold() throws IOException {
        FrameDescription huge = new FrameDescription("huge", 1L << 50, 1L << 30, 4, 8,
                Backing.DATA, Map.of());

        String message = assertThrows(IOException.class, () -> Frame.open(data, huge)).getMessage();

        assertTrue(
                message.matches("memory=1024 TiB does not fit: .* has \\d+ MiB free; lower memory"
                        + " in .*/frame.conf, or free space"),
                message);
        assertFalse(Files.exists(data.resolve("frame.mem")));
        open(Backing.DATA).close();
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotBeMade() throws IOException {
        for (Backing backing : Backing.values()) {
            FrameDescription huge = new FrameDescription("huge", 1L << 50, 1L << 30, 4, 8,
                    backing, Map.of());
            List<String> before = memoryFiles();
            assertThrows(IOException.class, () -> Frame.open(data, huge));
            try (var files = Files.list(data)) {
                assertEquals(List.of(data.resolve("frame.lock")), files.toList());
            }
            assertEquals(before, memoryFiles());
        }
    }

    /** Those of this test, by its process; others come and go. */
    private static List<String> memoryFiles() throws IOException {
        if (!Files.isDirectory(Path.of("/dev/shm"))) {
            return List.of();
        }
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(FrameTest::target).filter(name -> name.startsWith("/dev/shm/brattice"))
                    .sorted().toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void shouldBeItsOwnersAlone() throws IOException {
        Path made = data.resolve("made");
        Frame.open(made, description(16 * BLOCK, Backing.DATA)).close();
        assertEquals("rwx------", permissions(made));
        assertEquals("rw-------", permissions(made.resolve("frame.mem")));
        assertEquals("rw-------", permissions(made.resolve("frame.lock")));

        Files.setPosixFilePermissions(made.resolve("frame.mem"),
                PosixFilePermissions.fromString("rw-rw-r--"));
        Frame.open(made, description(16 * BLOCK, Backing.DATA)).close();
        assertEquals("rw-------", permissions(made.resolve("frame.mem")));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void shouldOverwriteNothingThatIsNoFrame() throws IOException {
        open(Backing.DATA).close();
        Path file = data.resolve("frame.mem");
        byte[] frame = Files.readAllBytes(file);
        byte[] flipped = frame.clone();
        flipped[3] ^= 1;
        byte[] zeroed = frame.clone();
        Arrays.fill(zeroed, 0, 8, (byte) 0);
        byte[] late = new byte[3 << 20];
        late[(3 << 20) - 1] = 1;
        for (byte[] foreign : List.of(flipped, zeroed, late, "BRATT".getBytes(), new byte[]{1})) {
            Files.write(file, foreign);
            assertEquals("file=" + file + " is no frame memory: it is damaged where it must say"
                    + " BRATTICE, or somebody else's; put the frame back, or move the file away"
                    + " and start with --new-frame",
                    assertThrows(IOException.class, () -> open(Backing.DATA)).getMessage());
            assertArrayEquals(foreign, Files.readAllBytes(file));
        }
    }

    @Test
    void shouldFollowNoLinkToWhatIsNoFrame() throws IOException {
        Path text = Files.writeString(data.resolve("letter.txt"), "Dear all");
        Files.createSymbolicLink(data.resolve("frame.mem"), Path.of("letter.txt"));
        assertRefused("file=" + text + " is no frame memory: ", Backing.MEMORY);
        assertEquals("Dear all", Files.readString(text));
    }

    @Test
    void shouldRefuseWhatIsNoRegularFile() throws IOException, InterruptedException {
        Path file = data.resolve("frame.mem");
        Files.createDirectory(file);
        assertRefused("file=" + file + " is a directory, no regular file: ", Backing.DATA);
        Files.delete(file);
        Files.createSymbolicLink(file, file);
        assertRefused("file=" + file + " cannot be reached (", Backing.DATA);
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        assertRefused("file=" + file + " is a pipe or device, no regular file: ", Backing.DATA);
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertRefused("file=" + file + " is a pipe or device, no regular file: ", Backing.DATA);
        Files.delete(file);
        Files.deleteIfExists(data.resolve("frame.lock"));
        assertEquals(0, new ProcessBuilder("mkfifo", data.resolve("frame.lock").toString())
                .start().waitFor());
        assertRefused("file=" + data.resolve("frame.lock") + " is a pipe or device", Backing.DATA);
    }

    @Test
    void shouldBeOneHypervisorsAloneThroughACopiedDataDirectory() throws IOException {
        Path file = data.resolve("memory");
        Path one = linked("one", file);
        Path other = linked("other", file);
        try (Frame frame = Frame.open(one, description(16 * BLOCK, Backing.MEMORY))) {
            assertEquals("frame memory in " + file + " is in use by another hypervisor: stop it,"
                    + " or remove " + other.resolve("frame.mem") + " and start with --new-frame",
                    refusal(other));
            assertEquals(1, frame.word(FrameLayout.HEADER_STARTS));
        }
        assertEquals("frame memory in " + file + " belongs to data=" + one.toRealPath()
                + ", of which data=" + other + " is a copy: start with that, or remove "
                + other.resolve("frame.mem") + " and start with --new-frame", refusal(other));
        Files.move(one, data.resolve("moved"));
        Frame.open(data.resolve("moved"), description(16 * BLOCK, Backing.MEMORY)).close();
    }

    private Path linked(String name, Path file) throws IOException {
        Path directory = Files.createDirectory(data.resolve(name));
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        Files.createSymbolicLink(directory.resolve("frame.mem"), file);
        return directory;
    }

    private static String refusal(Path data) {
        return assertThrows(IOException.class,
                () -> Frame.open(data, description(16 * BLOCK, Backing.MEMORY))).getMessage();
    }

    /** The lock may be lost with a descriptor that somebody closed; the process still has the frame. */
    @Test
    void shouldBelongToALivingProcessThatHasLostItsLock() throws IOException {
        Process holder = new ProcessBuilder("sleep", "600").start();
        try {
            open(Backing.DATA).close();
            hold(data, holder.pid(), Host.started(holder.pid()), Host.boot());
            String message = refusal(data);
            assertTrue(message.startsWith("frame memory in " + data.resolve("frame.mem")
                    + " is in use by process=" + holder.pid() + " for data="), message);

            hold(data, holder.pid(), Host.started(holder.pid()) - 1, Host.boot());
            open(Backing.DATA).close();
            hold(data, holder.pid(), Host.started(holder.pid()), new UUID(1, 1));
            open(Backing.DATA).close();
            hold(data, holder.pid(), Host.started(holder.pid()), Host.boot());
            Path copy = Files.createDirectory(data.resolve("copy"));
            Files.copy(data.resolve("frame.mem"), copy.resolve("frame.mem"));
            Frame.open(copy, description(16 * BLOCK, Backing.DATA)).close();
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        open(Backing.DATA).close();
    }

    private static void hold(Path data, long process, long started, UUID boot)
            throws IOException {
        Path file = data.resolve("frame.mem");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            new FrameHolder(process, started, boot, Host.space(),
                    FrameHolder.self(file).inode()).take(
                            channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096,
                                    Arena.ofAuto()),
                            data);
        }
    }

    @Test
    void shouldMissAFrameThatHasVanished() throws IOException {
        Path file = data.resolve("frame.mem");
        try (Frame frame = open(Backing.DATA)) {
            frame.note(List.of("echo", "teller"), 2048);
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int round = 0; round < 3; round++) {
            if (round == 1) {
                Files.createSymbolicLink(file, data.resolve("gone"));
            } else if (round == 2) {
                Files.write(file, new byte[bytes.length]);
            } else {
                Files.delete(file);
            }
            String message = refusal(data);
            assertTrue(message.matches("frame memory in " + file + " is gone, with"
                    + " partitions=echo,teller and unread=2 KiB when last seen at \\S+: put the"
                    + " file back, or start with --new-frame and do without what it held"),
                    message);
            assertEquals(message, refusal(data));
            Files.deleteIfExists(file);
        }
        Files.write(file, bytes);
        try (Frame frame = open(Backing.DATA)) {
            assertTrue(frame.attached());
            assertNull(frame.loss());
        }
        Files.delete(file);
        try (Frame frame = Frame.open(data, description(16 * BLOCK, Backing.DATA), true)) {
            assertFalse(frame.attached());
            assertTrue(frame.loss().contains("partitions=echo,teller"), frame.loss());
        }
        Files.write(file, bytes);
        String other = refusal(data);
        assertTrue(other.contains("put the right file back, or start with --new-frame to go on"),
                other);
        Frame.open(data, description(16 * BLOCK, Backing.DATA), true).close();
        try (Frame frame = open(Backing.DATA)) {
            assertNull(frame.loss());
        }
    }

    @Test
    void shouldGoOnWithANewFrameWhenTheHostWasStartedSince() throws IOException {
        Path directory = Files.createDirectory(data.resolve("data"));
        new LastSeen(UUID.randomUUID(), new UUID(1, 1), "/dev/shm/brattice-gone.mem", true, "echo",
                10, Instant.EPOCH).write(directory);
        try (Frame frame = Frame.open(directory, description(16 * BLOCK, Backing.DATA))) {
            assertEquals("frame memory in /dev/shm/brattice-gone.mem is gone, with partitions=echo"
                    + " and unread=10 B when last seen at 1970-01-01T00:00:00Z, as the host was"
                    + " started since: a new frame is made", frame.loss());
        }
    }

    @Test
    void shouldForgetAFrameThatWasNeverMade() throws IOException {
        LastSeen.begun(UUID.randomUUID(), data.resolve("frame.mem")).write(data);
        Files.write(data.resolve("frame.mem"), new byte[100]);
        try (Frame frame = open(Backing.DATA)) {
            assertNull(frame.loss());
        }
    }

    private void assertRefused(String beginning, Backing backing) {
        String message = assertTimeoutPreemptively(Duration.ofSeconds(30),
                () -> assertThrows(IOException.class, () -> open(backing)).getMessage());
        assertTrue(message.startsWith(beginning), message);
    }

    @Test
    void shouldLeaveNoFileWhenAnonymous() throws IOException {
        try (Frame frame = open(Backing.ANONYMOUS)) {
            assertEquals("anonymous", frame.backing());
            Word.opaque(frame.memory(), 15 * BLOCK, 42);
            try (var files = Files.list(data)) {
                assertEquals(List.of(data.resolve("frame.lock")), files.toList());
            }
        }
        try (Frame frame = open(Backing.ANONYMOUS)) {
            assertFalse(frame.attached());
            assertEquals(0, Word.opaque(frame.memory(), 15 * BLOCK));
        }
    }

    @Test
    void shouldLinkToTheMemoryFileSystem() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/shm")));
        Path link = data.resolve("frame.mem");
        try (Frame frame = open(Backing.MEMORY)) {
            assertNull(frame.loss());
            assertTrue(Files.isSymbolicLink(link));
            assertEquals(Path.of("/dev/shm"), Files.readSymbolicLink(link).getParent());
            assertEquals(Files.readSymbolicLink(link).toString(), frame.backing());
            Word.opaque(frame.memory(), 15 * BLOCK, 42);
        }
        try (Frame frame = open(Backing.MEMORY)) {
            assertTrue(frame.attached());
            assertEquals(42, Word.opaque(frame.memory(), 15 * BLOCK));
        }
        Files.delete(Files.readSymbolicLink(link));
        try (Frame frame = Frame.open(data, description(16 * BLOCK, Backing.MEMORY), true)) {
            assertFalse(frame.attached());
        } finally {
            Files.deleteIfExists(Files.readSymbolicLink(link));
        }
    }
}
