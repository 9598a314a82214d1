package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignReadTest {
    private static final int IPCA = 64 << 10;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Holder me = bench.holder(x);
    private final long base = bench.vsr.area(y).base();

    @AfterEach
    void close() {
        bench.close();
    }

    private byte[] read(long address, int length) {
        byte[] target = new byte[length];
        bench.vsr.read(me, address, MemorySegment.ofArray(target));
        return target;
    }

    private String refusal(long address, int length) {
        byte[] target = new byte[length];
        Arrays.fill(target, (byte) 3);
        String message = assertThrows(HypervisorCallException.class,
                () -> bench.vsr.read(me, address, MemorySegment.ofArray(target))).getMessage();
        for (byte one : target) {
            assertEquals(3, one, "nothing was read");
        }
        return message;
    }

    @Test
    void shouldReadCommittedMessagesByAddress() {
        long position = bench.send(me, y, "secret");

        byte[] read = read(base + position + RecordLayout.HEADER, 6);

        assertEquals("secret", new String(read));
        assertArrayEquals(new byte[100], read(base + 64, 100));
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
    }

    @Test
    void shouldReadAllOfTheIpcaAndNotAByteMore() {
        assertEquals(IPCA, read(base, IPCA).length);

        String where = "address=0x" + Long.toHexString(base) + " length=" + (IPCA + 1);
        assertEquals(where + " is outside the VSR: not in the VSR from 0x"
                + Long.toHexString(base + IPCA) + "; the look-up table has its ranges",
                refusal(base, IPCA + 1));
        assertTrue(refusal(base - 1, 1).contains("is outside the VSR: not in the VSR from 0x"
                + Long.toHexString(base - 1)));
        assertTrue(refusal(base - 1, IPCA).contains("is outside the VSR"));
        assertTrue(refusal(base + IPCA, 1).contains("is outside the VSR"));
        assertTrue(refusal(0, 8).contains("is outside the VSR"), "the hypervisor's tables");
        assertTrue(refusal(bench.frame.description().memory(), 1).contains("is outside the VSR"));
    }

    @Test
    void shouldRefuseRangesThatAreNone() {
        assertEquals("length=0: give the read at least one byte", refusal(base, 0));
        String why = " is outside the VSR: address and length must not be negative nor overflow";
        assertEquals("address=0xffffffffffffffff length=2" + why, refusal(-1, 2));
        assertEquals("address=0x8000000000000000 length=1" + why, refusal(Long.MIN_VALUE, 1));
        assertEquals("address=0x7fffffffffffffff length=1" + why, refusal(Long.MAX_VALUE, 1));
        assertTrue(refusal(Long.MAX_VALUE - 1, 1).contains("not in the VSR from"));
    }

    @Test
    void shouldReadAcrossIpcasThatTouch() {
        // Two partitions of one block each, the whole of it their IPCA.
        int one = adjacent("one");
        int two = adjacent("two");
        Area first = bench.vsr.area(one);
        Area second = bench.vsr.area(two);
        assertEquals(first.base() + first.capacity(), second.base());
        bench.send(me, two, "second");
        byte[] payload = new byte[bench.vsr.recordLimit(one)];
        Scanner scanner = bench.scanner(one, new Recorder());
        for (int i = 0; i < 7; i++) {
            bench.vsr.send(me, one, MemorySegment.ofArray(payload), Delivery.TRY);
        }
        scanner.poll(100);
        Arrays.fill(payload, (byte) 6);
        long position = bench.vsr.send(me, one, MemorySegment.ofArray(payload), Delivery.TRY);
        assertEquals(IPCA - IPCA / 8, position);

        byte[] read = read(second.base() - 100, 200);

        byte[] sixes = new byte[100];
        Arrays.fill(sixes, (byte) 6);
        assertArrayEquals(sixes, Arrays.copyOf(read, 100));
        assertEquals("second", new String(read, 132, 6));
        assertArrayEquals(new byte[200 - 138], Arrays.copyOfRange(read, 138, 200));
    }

    private int adjacent(String name) {
        int number = bench.table.nextNumber();
        assertTrue(bench.blocks.give(number, IPCA, IPCA));
        bench.table.add(number, name, IPCA);
        bench.vsr.enter(number, name);
        int control = bench.frame.layout().controls() - number;
        bench.attach.create(control, number, bench.blocks.ranges(number).get(0));
        bench.table.control(number, control);
        bench.vsr.open(number, control);
        return number;
    }

    /** Whatever lies between the messages, also of messages long deleted, reads as zero. */
    @Test
    void shouldShowCommittedBytesAndNothingElse() {
        Random random = new Random(7);
        Recorder recorder = new Recorder();
        Scanner scanner = bench.scanner(y, recorder);
        byte[] ones = new byte[bench.vsr.recordLimit(y)];
        Arrays.fill(ones, (byte) 0xff);
        MemorySegment old = MemorySegment.ofArray(ones);
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 5; i++) {
                bench.vsr.send(me, y, old.asSlice(0, random.nextInt(ones.length)), Delivery.TRY);
            }
            scanner.poll(10);
            // Every byte of the ring has been 0xff; now messages of other bytes alone.
            byte[] expected = new byte[IPCA];
            for (int i = 0; i < 5; i++) {
                byte[] payload = new byte[random.nextInt(ones.length)];
                Arrays.fill(payload, (byte) 1);
                long position = bench.vsr.send(me, y, MemorySegment.ofArray(payload),
                        Delivery.TRY);
                Arrays.fill(expected, (int) (position % IPCA) + RecordLayout.HEADER,
                        (int) (position % IPCA) + RecordLayout.HEADER + payload.length, (byte) 1);
            }
            byte[] shown = read(base, IPCA);
            assertEquals(-1, firstWrong(expected, shown), "round=" + round);
            scanner.poll(10);
        }
        assertArrayEquals(new byte[IPCA], read(base, IPCA));
    }

    /** Offset of the first byte that is neither of these messages nor zero, or -1. */
    private static int firstWrong(byte[] expected, byte[] shown) {
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] != expected[i] && !inHeader(shown, i & -32)) {
                return i;
            }
        }
        return -1;
    }

    /** A header may have any byte in its guard and its positions. */
    private static boolean inHeader(byte[] shown, int unit) {
        MemorySegment segment = MemorySegment.ofArray(shown);
        int flags = segment.get(MessageView.INT, unit + 12);
        return segment.get(MessageView.INT, unit + 28) == 0 && (flags == 1 || flags == 3);
    }

    @Test
    void shouldReadIntoAnyMemory() {
        bench.send(me, y, "secret");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(6);
            bench.vsr.read(me, base + 32, target);
            assertEquals("secret", new String(target.toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    @Test
    void shouldSayThatAnIpcaHasGone() {
        bench.vsr.remove(y);

        assertTrue(refusal(base, 1).contains("is outside the VSR"));
    }

    /** Bytes of files can block: they are copied to staging before the lease is taken. */
    @Test
    void shouldSendFromMappedFiles(@TempDir Path directory) throws Exception {
        byte[] contents = new byte[5 * IPCA];
        new Random(3).nextBytes(contents);
        Path file = Files.write(directory.resolve("image"), contents);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment image = channel.map(FileChannel.MapMode.READ_ONLY, 0, contents.length,
                    arena);
            Recorder recorder = new Recorder();
            Scanner scanner = bench.scanner(y, recorder);
            int[] copies = new int[1];
            Holder watching = new Holder(bench.holders, x, false) {
                @Override
                void step(Step step) {
                    copies[0] += step == Step.PART ? 1 : 0;
                }
            };
            watching.bind();

            assertTrue(bench.vsr.send(watching, y, image.asSlice(1000, 5000), Delivery.TRY) >= 0);
            assertTrue(bench.vsr.send(watching, y, java.util.List.of(Bench.segment("head"),
                    image.asSlice(77, 1000)), Delivery.TRY) >= 0);

            assertEquals(2, copies[0], "one copy a message, from staging");
            scanner.poll(10);
            assertArrayEquals(Arrays.copyOfRange(contents, 1000, 6000),
                    recorder.messages.get(0).payload());
            byte[] second = recorder.messages.get(1).payload();
            assertEquals("head", new String(second, 0, 4));
            assertArrayEquals(Arrays.copyOfRange(contents, 77, 1077),
                    Arrays.copyOfRange(second, 4, 1004));
            sendChunks(image, contents, scanner, recorder);
        }
    }

    private void sendChunks(MemorySegment image, byte[] contents, Scanner scanner,
            Recorder recorder) {
        byte[] arrived = new byte[contents.length];
        recorder.handler = message -> {
            org.brattice.api.Chunk chunk = (org.brattice.api.Chunk) message;
            chunk.copyTo(0, MemorySegment.ofArray(arrived), chunk.offset(), chunk.length());
            return true;
        };
        // One thread for both: the receiver reads whenever the sender has no room.
        Holder sender = new Holder(bench.holders, x, false) {
            @Override
            void step(Step step) {
                if (step == Step.TAKEN) {
                    scanner.poll(100);
                }
            }
        };
        sender.bind();
        assertTrue(bench.vsr.send(sender, y, image, Delivery.waiting(Duration.ofSeconds(10))) >= 0);
        scanner.poll(100);
        assertArrayEquals(contents, arrived);
    }
}
