package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.LayoutDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AreaTest {
    private static final int IPCA = 4096;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Holder me = bench.holder(x);
    private final Recorder recorder = new Recorder();
    private final Scanner scanner = bench.scanner(y, recorder);

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private long send(byte[] payload) {
        return bench.vsr.send(me, y, MemorySegment.ofArray(payload), Delivery.TRY);
    }

    @Test
    void shouldWriteTheRecordOfTheDocument() throws Exception {
        Map<String, Long> offsets = new LayoutDocument().offsets();
        bench.send(me, y, "");
        long position = bench.vsr.send(me, y, Bench.segment("hello"),
                Delivery.TRY.notified());

        MemorySegment record = bench.ring(y).asSlice(position, 96);
        byte[] expected = new byte[96];
        MemorySegment image = MemorySegment.ofArray(expected);
        int stamp = record.get(MessageView.INT, offsets.get("stamp"));
        assertTrue(Clock.millisSince(stamp) < 60_000, "stamp=" + stamp);
        int guard = RecordLayout.guard(32, (long) 0x11 << 32 | x, 5, Integer.toUnsignedLong(stamp));
        image.set(MessageView.INT, offsets.get("stamp"), stamp);
        image.set(MessageView.LONG, offsets.get("commit word"), 1L << 16 | 2);
        image.set(MessageView.INT, offsets.get("source"), x);
        image.set(MessageView.INT, offsets.get("flags"), 1 + 16);
        image.set(MessageView.INT, offsets.get("length"), 5);
        image.set(MessageView.INT, offsets.get("guard"), guard);
        MemorySegment.copy(Bench.segment("hello"), 0, image, offsets.get("payload"), 5);
        assertEquals(32, position);
        assertArrayEquals(expected, record.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldWriteTheChunkOfTheDocument() throws Exception {
        Map<String, Long> offsets = new LayoutDocument().offsets();
        me.outgoing.message(x, MemorySegment.ofArray(bytes(1000, 1)));
        me.outgoing.chunk(7, 3, 500, 33);

        assertEquals(0, bench.vsr.area(y).write(me, null, 0));
        int stamp = bench.ring(y).get(MessageView.INT, offsets.get("stamp"));

        byte[] expected = new byte[128];
        MemorySegment image = MemorySegment.ofArray(expected);
        image.set(MessageView.LONG, offsets.get("commit word"), 4);
        image.set(MessageView.INT, offsets.get("source"), x);
        image.set(MessageView.INT, offsets.get("flags"), 2);
        image.set(MessageView.INT, offsets.get("length"), 33);
        image.set(MessageView.INT, offsets.get("guard"),
                RecordLayout.chunkGuard(RecordLayout.guard(0, (long) 2 << 32 | x, 33,
                        Integer.toUnsignedLong(stamp)), 7, 500, 1000, 3));
        image.set(MessageView.INT, offsets.get("stamp"), stamp);
        image.set(MessageView.LONG, offsets.get("chunk stream"), 7);
        image.set(MessageView.LONG, offsets.get("chunk offset"), 500);
        image.set(MessageView.LONG, offsets.get("chunk total"), 1000);
        image.set(MessageView.LONG, offsets.get("chunk entry"), 3);
        System.arraycopy(bytes(1000, 1), 500, expected, offsets.get("chunk payload").intValue(),
                33);
        assertArrayEquals(expected,
                bench.ring(y).asSlice(0, 128).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldWrapAndPadAtEveryAlignment() {
        List<byte[]> sent = new ArrayList<>();
        int limit = bench.vsr.recordLimit(y);
        assertEquals(IPCA / 8 - 32, limit);
        for (int first = 0; first <= limit; first += 31) {
            for (int second : new int[]{0, 1, 31, 32, 33, limit - 32, limit - 1, limit}) {
                sent.add(bytes(first, first));
                sent.add(bytes(second, second));
                assertTrue(send(sent.get(sent.size() - 2)) >= 0);
                assertTrue(send(sent.get(sent.size() - 1)) >= 0);
                assertTrue(scanner.poll(10) >= 2);
                assertEquals(0, bench.vsr.area(y).unread());
            }
        }
        assertEquals(sent.size(), recorder.messages.size());
        for (int i = 0; i < sent.size(); i++) {
            assertArrayEquals(sent.get(i), recorder.messages.get(i).payload(), "message " + i);
        }
        assertTrue(bench.word(y, FrameLayout.CONTROL_TAIL) > 10 * IPCA);
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldFillAndEmptyFromEveryStart() {
        int limit = bench.vsr.recordLimit(y);
        int next = 0;
        for (int start = 0; start < IPCA; start += 32) {
            assertTrue(bench.send(me, y, "") >= 0);
            scanner.poll(1);
            recorder.messages.clear();
            int count = 0;
            while (send(bytes(next % (limit + 1), count)) >= 0) {
                next += 97;
                count++;
            }
            assertTrue(count >= 7, "count=" + count);
            assertEquals(IpcaService.NO_ROOM, send(bytes(limit, 0)));
            scanner.poll(1000);
            assertEquals(count, recorder.messages.size());
        }
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldHaveRoomAgainWhenOneWasRead() {
        byte[] payload = bytes(bench.vsr.recordLimit(y), 1);
        int count = 0;
        while (send(payload) >= 0) {
            count++;
        }
        assertEquals(7, count);

        scanner.poll(1);
        assertTrue(send(payload) >= 0);
        assertEquals(IpcaService.NO_ROOM, send(payload));

        scanner.poll(100);
        assertEquals(8, recorder.messages.size());
    }

    /** The bytes of a full ring are all unread: none of them may change. */
    @Test
    void shouldKeepTheOldestRecordWhenFull() {
        for (int i = 0; send(bytes(32 + i, i)) >= 0; i++) {
            assertTrue(i < IPCA);
        }
        byte[] full = bench.ring(y).toArray(ValueLayout.JAVA_BYTE);
        long tail = bench.word(y, FrameLayout.CONTROL_TAIL);

        for (int i = 0; i < 100; i++) {
            assertEquals(IpcaService.NO_ROOM, send(bytes(200 + i, i)));
        }

        assertArrayEquals(full, bench.ring(y).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(tail, bench.word(y, FrameLayout.CONTROL_TAIL));
    }

    @Test
    void shouldSendNoRecordBeyondTheLimitWithoutWaiting() {
        int limit = bench.vsr.recordLimit(y);

        assertTrue(send(bytes(limit, 1)) >= 0);
        assertEquals("bytes=" + (limit + 1) + " is more than a record of this receiver holds,"
                + " recordLimit=" + limit
                + ": send it with a Delivery that waits, and it goes in chunks",
                assertThrows(HypervisorCallException.class, () -> send(bytes(limit + 1, 1)))
                        .getMessage());
    }

    @Test
    void shouldRefuseToWriteBehindADamagedTail() {
        bench.send(me, y, "before");
        org.brattice.hypervisor.memory.Word.plain(bench.ring(y), 64, 0xbad);

        assertEquals("IPCA of partition number=" + y
                + " is damaged at position=64: nothing was sent",
                assertThrows(HypervisorCallException.class, () -> bench.send(me, y, "?"))
                        .getMessage());
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());

        scanner.poll(10);
        assertEquals(List.of("before"), recorder.texts());
        assertEquals(List.of("corrupted position=64 its commit word 0xbad; cut there"),
                recorder.events);
        bench.send(me, y, "after");
        scanner.poll(10);
        assertEquals(List.of("before", "after"), recorder.texts());
    }
}
