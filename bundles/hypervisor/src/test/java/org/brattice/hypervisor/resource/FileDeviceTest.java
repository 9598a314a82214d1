package org.brattice.hypervisor.resource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDeviceTest {
    private static final int SIZE = (2 << 20) + 77;

    @TempDir
    Path directory;
    private final byte[] contents = new byte[SIZE];
    private FileDevice device;

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(contents);
        device = new FileDevice(Files.write(directory.resolve("disk.img"), contents));
    }

    @Test
    void shouldReadAllOfItInPieces() throws IOException {
        byte[] read = new byte[SIZE];

        device.read(0, MemorySegment.ofArray(read));

        assertEquals(SIZE, device.size());
        assertArrayEquals(contents, read);
    }

    @Test
    void shouldReadAnyRangeIntoAnyMemory() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(1000);

            device.read(12_345, target);

            assertArrayEquals(Arrays.copyOfRange(contents, 12_345, 13_345),
                    target.toArray(ValueLayout.JAVA_BYTE));
        }
        device.read(SIZE, MemorySegment.ofArray(new byte[0]));
    }

    @Test
    void shouldReportAFileThatBecameShorter() {
        MemorySegment two = MemorySegment.ofArray(new byte[2]);

        assertEquals("device " + directory.resolve("disk.img") + " became shorter during a read",
                assertThrows(EOFException.class, () -> device.read(SIZE - 1, two)).getMessage());
    }

    @Test
    void shouldServeOthersAfterAnInterruptedRead() throws IOException {
        byte[] read = new byte[100];
        device.read(0, MemorySegment.ofArray(read));
        Thread.currentThread().interrupt();
        assertThrows(ClosedByInterruptException.class,
                () -> device.read(0, MemorySegment.ofArray(read)));
        assertTrue(Thread.interrupted());

        device.read(100, MemorySegment.ofArray(read));

        assertArrayEquals(Arrays.copyOfRange(contents, 100, 200), read);
        device.close();
    }

    @Test
    void shouldReportAFileThatIsGone() throws IOException {
        Files.delete(directory.resolve("disk.img"));

        assertThrows(NoSuchFileException.class,
                () -> device.read(0, MemorySegment.ofArray(new byte[1])));
    }
}
