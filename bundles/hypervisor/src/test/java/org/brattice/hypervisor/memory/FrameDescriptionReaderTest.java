package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameDescriptionReaderTest {
    @TempDir
    Path directory;

    private FrameDescription read(String text) throws IOException {
        Path file = directory.resolve("frame.conf");
        Files.writeString(file, text);
        return FrameDescriptionReader.read(file, Map.of("here", directory.toString())::get);
    }

    private String refusal(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> read(text))
                .getMessage();
        return message.replace(directory.toString(), "DIR");
    }

    @Test
    void shouldReadAllKeys() throws IOException {
        Path image = Files.writeString(directory.resolve("disk one.img"), "x");

        FrameDescription frame = read("""
                # a comment

                name = mine
                memory = 64 MiB
                block=1MiB
                partitions = 7
                processors = 9
                backing = data
                retry.store = 8 MiB
                dead.letters = 1 MiB
                dead.letter.limit = 3000
                fault.log = 64 KiB
                move.journal = 8 KiB
                slot.U1.P2-C3 = block ${here}/disk one.img read-only
                """);

        assertEquals(new FrameDescription("mine", 64 << 20, 1 << 20, 7, 9, Backing.DATA,
                Map.of("U1.P2-C3", new FrameDescription.Device.Block(image)),
                new StoreSizes(8 << 20, 1 << 20, 3000, 64 << 10, 8 << 10)), frame);
    }

    @Test
    void shouldGiveTheStoresASmallPartOfASmallFrame() throws IOException {
        assertEquals(new StoreSizes(4 << 20, 4 << 20, 64 << 10, 1 << 20, 128 << 10),
                read("").stores());
        assertEquals(new StoreSizes(64 << 10, 64 << 10, 16 << 10, 16 << 10, 16 << 10),
                read("memory = 4 MiB\nblock = 64 KiB\npartitions = 16").stores());
        assertEquals(2048, read("dead.letters = 8 KiB").stores().letterLimit());
    }

    @Test
    void shouldTakeStandardsForKeysThatAreMissing() throws IOException {
        FrameDescription frame = read("");

        assertEquals(1L << 30, frame.memory());
        assertEquals(16 << 20, frame.block());
        assertEquals(256, frame.partitions());
        assertEquals(1024, frame.processors());
        assertEquals(Backing.MEMORY, frame.backing());
    }

    @Test
    void shouldFindDevicesBesideTheDescription() throws IOException {
        Files.writeString(directory.resolve("disk.img"), "x");

        assertEquals("block " + directory.resolve("disk.img"),
                read("slot.A = block disk.img").slots().get("A").toString());
        assertEquals("serial " + directory.resolve("out.log"),
                read("slot.A = serial out.log").slots().get("A").toString());
        assertEquals("serial " + directory.resolve("out.log") + " " + directory.resolve("disk.img"),
                read("slot.A = serial out.log disk.img").slots().get("A").toString());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = '|',
            textBlock = """
                    memori = 1 GiB           | 1: unknown key memori: did you mean memory? Keys are name, memory, block, partitions, processors, backing, retry.store, dead.letters, dead.letter.limit, fault.log, move.journal, slot.<location>
                    processor = 1            | 1: unknown key processor: did you mean processors?
                    slots.A = block x        | 1: unknown key slots.A: did you mean slot.<location>?
                    slot.a_b = block x       | 1: unknown key slot.a_b: did you mean slot.<location>?
                    memory 1 GiB             | 1: 'memory 1 GiB' is not key = value
                    processors = some        | 1: processors=some is no number
                    processors = 0           | 1: processors=0 must be 1 to 16384
                    processors = 16385       | 1: processors=16385 must be 1 to 16384
                    processors = 5000000000  | 1: processors=5000000000 is no number
                    partitions = -1          | 1: partitions=-1 must be 1 to 4096
                    partitions = 4097        | 1: partitions=4097 must be 1 to 4096
                    memory = 1 GB            | 1: memory=1 GB is no size: write a number and B, KiB, MiB, GiB or TiB, as in 16 MiB
                    memory = -16 MiB         | 1: memory=-16 MiB is no size
                    memory = 9000000 TiB     | 1: memory=9000000 TiB is more than 63 bits of bytes
                    memory = 4194304 TiB     | 1: memory=4194304 TiB must be at most 2147483647 blocks of block=16 MiB
                    memory = 100 MiB         | 1: memory=100 MiB must be a multiple of block=16 MiB
                    memory = 0               | 1: memory=0 B must be at least
                    memory = 16 MiB          | 1: memory=16 MiB must be at least
                    block = 3 MiB            | 1: block=3 MiB must be a power of two, at least 64 KiB
                    block = 32 KiB           | 1: block=32 KiB must be a power of two, at least 64 KiB
                    block = 0                | 1: block=0 B must be a power of two, at least 64 KiB
                    backing = disk           | 1: backing=disk must be memory, data or anonymous
                    retry.store = 6000       | 1: retry.store=6000 B must be a multiple of 4 KiB, at most 1 GiB
                    dead.letters = 0         | 1: dead.letters=0 B must be a multiple of 4 KiB, at most 1 GiB
                    move.journal = 100 B     | 1: move.journal=100 B must be a multiple of 4 KiB, at most 1 GiB
                    fault.log = 2 GiB        | 1: fault.log=2 GiB must be a multiple of 4 KiB, at most 1 GiB
                    dead.letter.limit = 8 MiB | 1: dead.letter.limit=8 MiB must be at most dead.letters=4 MiB
                    dead.letter.limits = 8   | 1: unknown key dead.letter.limits: did you mean dead.letter.limit?
                    name = ${nothing}        | 1: unknown variable ${nothing}
                    slot.A = disk.img        | 1: slot.A=disk.img must be block <path> [read-only] or serial <output> [<input>]
                    slot.A = block no.img    | 1: slot.A=block no.img names a file that cannot be read: DIR/no.img
                    slot.A = block /dev/zero | 1: slot.A=block /dev/zero must name a regular file or a block device, which have an end: /dev/zero
                    slot.A = block .         | 1: slot.A=block . names a file that cannot be read
                    slot.A = serial no/out   | 1: slot.A=serial no/out names a file that cannot be written: DIR/no/out
                    slot.A = serial out in   | 1: slot.A=serial out in names a file that cannot be read: DIR/in
                    """)
    void shouldRefuseWithLineValueAndBound(String line, String message) {
        String refusal = refusal(line);

        assertEquals("DIR/frame.conf:" + message,
                refusal.substring(0, Math.min(refusal.length(), 15 + message.length())));
    }

    @Test
    void shouldRefuseStoresThatLeaveNoRoom() {
        assertEquals("DIR/frame.conf:2: memory=512 MiB must be at least N MiB, for the hypervisor"
                + " with its stores, and one block",
                refusal("retry.store = 1 GiB\nmemory = 512 MiB").replaceAll("least \\d+ \\w+",
                        "least N MiB"));
    }

    @Test
    void shouldRefuseKeysGivenTwice() {
        assertEquals("DIR/frame.conf:3: name is given twice, first in line 1",
                refusal("name = a\nblock = 1 MiB\nname = a\n"));
    }

    @Test
    void shouldNameTheLineOfTheMistake() {
        assertEquals("DIR/frame.conf:4: backing=disk must be memory, data or anonymous",
                refusal("\n# here\nname = a\nbacking = disk\n"));
    }

    @Test
    void shouldRefuseWhatIsNoText() throws IOException {
        Path file = directory.resolve("frame.conf");
        Files.write(file, new byte[]{'n', (byte) 0xff, (byte) 0xfe});

        assertEquals("frame description " + file + " is not UTF-8 text",
                assertThrows(IllegalArgumentException.class,
                        () -> FrameDescriptionReader.read(file, key -> null)).getMessage());
    }

    @Test
    void shouldRefuseFilesThatAreNotThere() {
        Path file = directory.resolve("none.conf");

        assertEquals("frame description " + file + " cannot be read",
                assertThrows(IllegalArgumentException.class,
                        () -> FrameDescriptionReader.read(file, key -> null)).getMessage());
    }
}
