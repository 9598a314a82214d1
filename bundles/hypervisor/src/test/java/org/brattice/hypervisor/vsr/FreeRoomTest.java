package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Free room is zero whatever happened to those who wrote there: no payload can pass for a record. */
class FreeRoomTest {
    private static final int IPCA = 4096;

    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Recorder recorder = new Recorder();
    private final Random random = new Random(7);

    @AfterEach
    void close() {
        bench.close();
    }

    private void assertFreeRoomIsZero(String what) {
        long head = bench.word(y, FrameLayout.CONTROL_HEAD);
        long end = Chain.of(bench.ring(y), head).end();
        for (long at = end; at < head + IPCA; at += Long.BYTES) {
            assertEquals(0, bench.ring(y).get(ValueLayout.JAVA_LONG, at & IPCA - 1),
                    what + ": head=" + head + " end=" + end + " at=" + at);
        }
    }

    /** A payload that imitates commit words of all positions where it can lie. */
    private byte[] forged(long position, int length) {
        byte[] payload = new byte[length];
        MemorySegment image = MemorySegment.ofArray(payload);
        for (int at = 0; at + Long.BYTES <= length; at += RecordLayout.UNIT) {
            image.set(ValueLayout.JAVA_LONG_UNALIGNED, at, RecordLayout
                    .commitWord(position + RecordLayout.HEADER + at, RecordLayout.UNIT));
        }
        return payload;
    }

    /** Everything at once: whole messages, batches, holders that throw at each step, scans. */
    @ParameterizedTest
    @EnumSource(Step.class)
    void shouldBeZeroAfterHoldersThatThrow(Step step) {
        Scanner scanner = bench.scanner(y, recorder);
        Holder me = bench.holder(x);
        for (int round = 0; round < 300; round++) {
            long tail = bench.word(y, FrameLayout.CONTROL_TAIL);
            byte[] payload = forged(tail, random.nextInt(bench.vsr.recordLimit(y) + 1));
            bench.vsr.send(me, y, MemorySegment.ofArray(payload), Delivery.TRY);
            StepHolder thrown = new StepHolder(bench.holders, x, step, StepHolder.Fate.THROW);
            try {
                if (random.nextBoolean()) {
                    bench.vsr.send(thrown, y, MemorySegment.ofArray(payload), Delivery.TRY);
                } else {
                    bench.vsr.sendBatch(thrown, y, MemorySegment.ofArray(new byte[96]), 24,
                            Delivery.TRY);
                }
            } catch (StepHolder.Ended e) {
                // As planned.
            } finally {
                bench.holders.remove(thrown);
            }
            assertFreeRoomIsZero("round=" + round);
            scanner.poll(random.nextInt(4));
            assertFreeRoomIsZero("read, round=" + round);
        }
        assertTrue(recorder.messages.size() > 100);
        assertEquals(List.of(), recorder.events);
    }

    /** A holder that is gone leaves its lease and what it had begun; the next one breaks and wipes. */
    @Test
    void shouldBeZeroWhenALeaseWasBroken() {
        Holder me = bench.holder(x);
        bench.send(me, y, "before");
        Holder gone = bench.holder(x);
        long at = bench.frame.layout().controls(bench.vsr.area(y).control());
        Word.release(bench.frame.memory(), at + FrameLayout.CONTROL_LEASE,
                Lease.token(gone.index, 1));
        bench.holders.remove(gone);
        // All but the commit word, which it would have stored last.
        bench.ring(y).asSlice(72, 2 * IPCA / 8).fill((byte) 0xee);

        assertTrue(bench.send(me, y, "behind") >= 0);

        assertFreeRoomIsZero("broken");
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("before", "behind"), recorder.texts());
    }

    /**
     * A holder that was gone between commit and tail, when its record has been read and wiped: what is sent
     * behind it must not be written where the scanner has been.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLoseNothingWhenTheTailLacksWhatWasReadAndWiped(boolean pollsFirst) {
        Holder me = bench.holder(x);
        Scanner scanner = bench.scanner(y, recorder);
        bench.send(me, y, "one");
        long tail = bench.word(y, FrameLayout.CONTROL_TAIL);
        Holder gone = bench.holder(x);
        bench.send(gone, y, "two");
        // As it is when the thread ends behind its commit.
        bench.word(y, FrameLayout.CONTROL_TAIL, tail);
        bench.word(y, FrameLayout.CONTROL_LEASE, Lease.token(gone.index, gone.sections()));
        bench.holders.remove(gone);
        if (pollsFirst) {
            scanner.poll(10);
        }

        assertEquals(2 * tail, bench.send(me, y, "three"));

        assertFreeRoomIsZero("behind");
        scanner.poll(10);
        assertEquals(List.of("one", "two", "three"), recorder.texts());
    }

    /** The same where the holder lives, and its section ended by an exception. */
    @Test
    void shouldLoseNothingWhenASectionEndedBehindItsCommit() {
        Scanner scanner = bench.scanner(y, recorder);
        StepHolder thrown = new StepHolder(bench.holders, x, Step.COMMITTED,
                StepHolder.Fate.THROW);
        assertThrows(StepHolder.Ended.class, () -> bench.send(thrown, y, "one"));
        scanner.poll(10);

        bench.send(bench.holder(x), y, "two");

        scanner.poll(10);
        assertEquals(List.of("one", "two"), recorder.texts());
    }

    @Test
    void shouldBeZeroAfterAnAttach() {
        Holder me = bench.holder(x);
        bench.send(me, y, "before");
        bench.ring(y).asSlice(72).fill((byte) 0xee);

        assertEquals(List.of(), bench.killed());

        assertFreeRoomIsZero("attached");
        assertTrue(bench.send(bench.holder(x), y, "behind") >= 0);
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("before", "behind"), recorder.texts());
    }

    @Test
    void shouldBeZeroAfterACut() {
        Holder me = bench.holder(x);
        for (int i = 0; i < 5; i++) {
            bench.send(me, y, "message " + i);
        }
        bench.ring(y).set(ValueLayout.JAVA_LONG, 128, 0x1234567);
        Scanner scanner = bench.scanner(y, recorder);

        scanner.poll(10);

        assertFreeRoomIsZero("cut");
        assertTrue(bench.send(me, y, "behind") >= 0);
        scanner.poll(10);
        assertEquals(List.of("message 0", "message 1", "behind"), recorder.texts());
    }

    /** The scan meets a lease whose holder is gone, and a damaged word: it goes on. */
    @Test
    void shouldCutWhatIsDamagedWhereALeaseIsBroken() {
        Holder me = bench.holder(x);
        for (int i = 0; i < 3; i++) {
            bench.send(me, y, "message " + i);
        }
        Holder gone = bench.holder(x);
        bench.word(y, FrameLayout.CONTROL_TAIL, 64);
        bench.word(y, FrameLayout.CONTROL_LEASE, Lease.token(gone.index, 1));
        bench.holders.remove(gone);
        bench.ring(y).set(ValueLayout.JAVA_LONG, 128, 0x1234567);
        Scanner scanner = bench.scanner(y, recorder);

        scanner.await(1_000_000);
        while (scanner.poll(10) > 0) {
            scanner.await(1_000_000);
        }

        assertFreeRoomIsZero("cut");
        assertTrue(bench.send(me, y, "behind") >= 0);
        scanner.poll(10);
        assertEquals(List.of("message 0", "message 1", "behind"), recorder.texts());
    }

    /** A payload whose memory goes while it is copied: the section fails, and leaves nothing. */
    @Test
    void shouldBeZeroAfterAPayloadThatCannotBeRead() {
        Holder me = bench.holder(x);
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(200);
        }
        MemorySegment good = MemorySegment.ofArray(forged(0, 200));

        assertThrows(IllegalStateException.class,
                () -> bench.vsr.send(me, y, List.of(good, closed), Delivery.TRY));

        assertFreeRoomIsZero("failed");
        assertTrue(bench.send(me, y, "behind") >= 0);
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("behind"), recorder.texts());
    }
}
