package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedeliverTest {
    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", 4096);
    private final int y = bench.partition("y", 4096);

    @AfterEach
    void close() {
        bench.close();
    }

    private void letter(String text) {
        long position = bench.send(bench.holder(x), y, text);
        MemorySegment ring = bench.ring(y);
        long size = RecordLayout.sizeOf(Word.plain(ring, position));
        assertTrue(bench.vsr.letters().add(y, ring, position, size, 3, "threw", null));
        bench.word(y, FrameLayout.CONTROL_CURSOR, position + size);
    }

    @Test
    void shouldPutALetterBackAsItWasSent() {
        letter("poison");
        Word.opaque(bench.frame.memory(), FrameLayout.HEADER_NEXT_LETTER, 2);
        MemorySegment letter = bench.vsr.letters().record(1);

        assertNull(bench.vsr.stores().redeliver(1));

        assertEquals(List.of(), bench.vsr.letters().list());
        assertEquals(List.of(), bench.killed());
        RetryQueue queue = bench.vsr.retry().of(y, null).getFirst();
        assertEquals(x, queue.source());
        assertEquals(3, queue.attempt());
        MemorySegment staging = MemorySegment.ofArray(new long[128]);
        long size = queue.read(staging);
        assertTrue(RecordLayout.whole(staging, size));
        assertEquals("poison", new String(
                staging.asSlice(32, 6).toArray(ValueLayout.JAVA_BYTE)));
        assertEquals(Word.plain(letter, RecordLayout.STAMP),
                Word.plain(staging, RecordLayout.STAMP));
        assertTrue(Clock
                .millisSince(RecordLayout.low(Word.plain(letter, RecordLayout.STAMP))) < 60_000);
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        assertEquals("letter=5 is unknown: list the letters", bench.vsr.stores().redeliver(5));
    }

    @Test
    void shouldRefuseAReceiverThatIsGone() {
        letter("late");
        bench.vsr.remove(y);

        assertEquals("letter=1 was sent to y with number=" + y
                + ", which is gone for ever: export it, then drop it",
                bench.vsr.stores().redeliver(1));
        assertEquals(1, bench.vsr.letters().list().size());
    }

    @Test
    void shouldRefuseAChunk() {
        MemorySegment record = MemorySegment.ofArray(new long[16]);
        Word.plain(record, 0, RecordLayout.commitWord(1 << 20, 128));
        Word.plain(record, RecordLayout.SOURCE, RecordLayout.pack(x, RecordLayout.CHUNK));
        Word.plain(record, RecordLayout.STREAM, 11);
        assertTrue(bench.vsr.letters().add(y, record, 0, 128, 3, "threw", null));

        assertEquals(
                "letter=1 is a chunk of a larger message, which was refused as a whole: have it"
                        + " sent again",
                bench.vsr.stores().redeliver(1));
    }

    @Test
    void shouldRefuseALetterWithoutPayload() {
        long limit = bench.frame.description().stores().letterLimit();
        MemorySegment record = RetryStoreTest.record(1 << 20, x, (int) limit + 1);
        assertTrue(bench.vsr.letters().add(y, record, 0, record.byteSize(), 3, "threw", null));

        assertEquals("letter=1 has no payload: bytes=" + (limit + 1)
                + " were more than dead.letter.limit of the frame description",
                bench.vsr.stores().redeliver(1));
    }

    @Test
    void shouldRefuseWhenTheRetryStoreIsFull() {
        letter("late");
        RetryQueue queue = bench.vsr.retry().open(x, y, null);
        MemorySegment record = RetryStoreTest.record(0, y, 992);
        while (queue.append(record, 0, record.byteSize())) {
            assertTrue(bench.vsr.retry().free() >= 0);
        }

        assertEquals("letter=1 does not fit into the retry store, which has bytes=0 free: try again"
                + " when messages set aside have been read", bench.vsr.stores().redeliver(1));
        assertEquals(1, bench.vsr.letters().list().size());
        assertEquals(1, bench.vsr.retry().of(x, null).size() + bench.vsr.retry().of(y, null)
                .size());
    }

    /** Killed between putting it back and dropping the letter: it is there once. */
    @Test
    void shouldNotHaveItTwiceWhenTheProcessEndsInBetween() {
        letter("poison");
        assertTrue(bench.vsr.retry().putBack(y, x, bench.vsr.letters().record(1)));

        bench.killed();

        assertEquals(List.of(), bench.vsr.letters().list());
        assertEquals(64, bench.vsr.retry().bytes(y, x));
    }
}
