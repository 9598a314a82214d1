package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.zip.CRC32C;

import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTest {
    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", 64 << 10);
    private final int y = bench.partition("y", 64 << 10);
    private final Recorder recorder = new Recorder();

    @BeforeEach
    void check() {
        bench.vsr.checked(y, true);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + length);
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 100, 4096, 4097, 8160})
    void shouldBeInTheHeader(int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes(length));

        assertEquals(0, bench.vsr.send(bench.holder(x), y, MemorySegment.ofArray(bytes(length)),
                Delivery.TRY));

        MemorySegment ring = bench.ring(y);
        assertEquals((int) crc.getValue(),
                RecordLayout.high(Word.plain(ring, RecordLayout.STAMP)));
        assertEquals(RecordLayout.MESSAGE | RecordLayout.CHECKED,
                RecordLayout.high(Word.plain(ring, RecordLayout.SOURCE)));
        bench.scanner(y, recorder).poll(10);
        assertEquals(1, recorder.messages.size());
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldFindAChangedByteAndSkipThatMessageAlone() {
        Holder me = bench.holder(x);
        bench.send(me, y, "before");
        bench.send(me, y, "changed");
        bench.send(me, y, "after");
        MemorySegment ring = bench.ring(y);
        ring.set(ValueLayout.JAVA_BYTE, 64 + RecordLayout.HEADER + 3, (byte) 'x');

        bench.scanner(y, recorder).poll(10);

        assertEquals(List.of("before", "after"), recorder.texts());
        assertEquals(1, recorder.events.size());
        assertTrue(recorder.events.get(0).contains("its payload; skipped"),
                recorder.events.get(0));
    }

    @Test
    void shouldBeOfEachMessageOfABatch() {
        MemorySegment messages = MemorySegment.ofArray(bytes(40 * 5));
        assertEquals(5, bench.vsr.sendBatch(bench.holder(x), y, messages, 40, Delivery.TRY));
        bench.ring(y).set(ValueLayout.JAVA_BYTE, 96 * 2 + RecordLayout.HEADER, (byte) 99);

        bench.scanner(y, recorder).poll(10);

        assertEquals(4, recorder.messages.size());
        assertEquals(1, recorder.events.size());
    }

    @Test
    void shouldBeLeftOutWhereTheReceiverDoesNotAsk() {
        Holder me = bench.holder(x);
        bench.send(me, y, "with");
        bench.vsr.checked(y, false);
        bench.send(me, y, "without");
        MemorySegment ring = bench.ring(y);

        assertEquals(RecordLayout.MESSAGE,
                RecordLayout.high(Word.plain(ring, 64 + RecordLayout.SOURCE)));
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("with", "without"), recorder.texts());
    }

    @Test
    void shouldStayOnWhenTheIpcaMoves() {
        Scanner scanner = bench.scanner(y, recorder);
        scanner.remap(bench.fresh(y));
        scanner.poll(10);

        bench.send(bench.holder(x), y, "moved");

        assertTrue(bench.vsr.area(y).checked());
        scanner.poll(10);
        assertEquals(List.of("moved"), recorder.texts());
    }
}
