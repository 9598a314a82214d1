package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;

import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.brattice.hypervisor.vsr.StepHolder.Fate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttachTest {
    private static final int IPCA = 4096;

    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        bench.close();
    }

    private byte[] frame() {
        return bench.frame.memory().toArray(ValueLayout.JAVA_BYTE);
    }

    private List<String> poll() {
        bench.scanner(y, recorder).poll(100);
        return recorder.texts();
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhatWasCommittedWhenTheProcessEndsInAWrite(Step step) {
        bench.send(bench.holder(x), y, "before");
        assertThrows(StepHolder.Ended.class,
                () -> bench.send(new StepHolder(bench.holders, x, step, Fate.THROW), y, "half"));
        bench.word(y, FrameLayout.CONTROL_LEASE, Lease.token(5, 99));
        bench.word(y, FrameLayout.CONTROL_WAITERS, 3);
        bench.word(y, FrameLayout.CONTROL_SLEEPING, 1);

        assertEquals(List.of(), bench.killed());

        assertTrue(bench.frame.attached());
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
        assertTrue(bench.send(bench.holder(x), y, "after") >= 0);
        assertEquals(step.compareTo(Step.COMMITTED) >= 0
                ? List.of("before", "half", "after")
                : List.of("before", "after"), poll());
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldOfferAgainWhatTheProcessEndedIn() {
        Holder me = bench.holder(x);
        bench.send(me, y, "read");
        bench.send(me, y, "poison");
        bench.send(me, y, "next");
        recorder.handler = message -> {
            if (message.text().equals("poison")) {
                throw new StepHolder.Ended();
            }
            return true;
        };
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThrows(StepHolder.Ended.class, this::poll);
            bench.killed();
        }

        assertEquals(List.of("read", "next"), poll());
        assertEquals(List.of("poisoned " + x + " position=64 attempts=3"), recorder.events);
    }

    /** The read mark comes before the acknowledgement: what was between them is owed. */
    @Test
    void shouldAcknowledgeWhatWasReadAndNotYetDeleted() {
        Holder me = bench.holder(x);
        bench.vsr.send(me, y, Bench.segment("asked"), Delivery.TRY.notified());
        bench.send(me, y, "not asked");
        bench.vsr.send(me, y, Bench.segment("unread"), Delivery.TRY.notified());
        bench.word(y, FrameLayout.CONTROL_CURSOR, 128);

        bench.killed();

        assertEquals(0, bench.vsr.readBy(x, y));
        Recorder source = new Recorder();
        bench.scanner(x, source).poll(10);
        assertEquals(List.of("read " + y + " position=0"), source.events);
        assertEquals(List.of("unread"), poll());
        assertEquals(128, bench.vsr.readBy(x, y));
    }

    @Test
    void shouldChangeNothingWhenDoneTwice() {
        Holder me = bench.holder(x);
        for (int i = 0; i < 20; i++) {
            bench.vsr.send(me, y, Bench.segment("m" + i), Delivery.TRY.notified());
        }
        bench.scanner(y, recorder).poll(7);
        bench.word(y, FrameLayout.CONTROL_HEAD, 128);
        openStream(me, 500);
        bench.killed();
        byte[] once = frame();

        assertEquals(List.of(), bench.repair());

        assertArrayEquals(once, frame());
    }

    private void openStream(Holder me, long total) {
        Streams streams = new Streams(bench.frame.memory(),
                bench.frame.layout().page(bench.vsr.index(y)));
        int entry = streams.open(x, bench.vsr.index(x));
        me.outgoing.message(x, java.lang.foreign.MemorySegment.ofArray(new byte[(int) total]));
        me.outgoing.chunk(streams.id(entry), entry, 0, 300);
        assertTrue(bench.vsr.write(me, y, 0) >= 0);
    }

    @Test
    void shouldAbortStreamsWhoseSenderWentWithTheProcess() {
        Holder me = bench.holder(x);
        openStream(me, 500);
        bench.send(me, y, "small");

        bench.killed();

        assertEquals(List.of("small"), poll());
        assertEquals(List.of("chunk " + x + " stream=1 0+300/500", "aborted " + x + " stream=1"),
                recorder.events);
    }

    /** A message is sent when its last chunk commits: then no restart loses it. */
    @Test
    void shouldDeliverStreamsThatWereSentBeforeTheProcessEnded() {
        Holder me = bench.holder(x);
        openStream(me, 300);

        bench.killed();
        Recorder first = new Recorder();
        bench.scanner(y, first).poll(0);
        bench.killed();

        poll();
        assertEquals(List.of(), first.events);
        assertEquals(List.of("chunk " + x + " stream=1 0+300/300"), recorder.events);
    }

    @Test
    void shouldCutAtADamagedCommitWordAndSaySo() {
        Holder me = bench.holder(x);
        bench.send(me, y, "one");
        bench.send(me, y, "two");
        bench.send(me, y, "three");
        Word.plain(bench.ring(y), 64, 12345);

        assertEquals(List.of("the commit word at position=64; cut there"), bench.killed());

        assertEquals(64, bench.word(y, FrameLayout.CONTROL_TAIL));
        assertEquals(64, bench.send(bench.holder(x), y, "four"));
        assertEquals(List.of("one", "four"), poll());
    }

    @Test
    void shouldSkipADamagedHeaderAndSaySo() {
        Holder me = bench.holder(x);
        bench.send(me, y, "one");
        bench.send(me, y, "two");
        bench.send(me, y, "three");
        bench.ring(y).set(ValueLayout.JAVA_BYTE, 64 + RecordLayout.SOURCE, (byte) 9);

        assertEquals(List.of(), bench.killed());

        assertEquals(List.of("one", "three"), poll());
        assertEquals(List.of("corrupted position=64 its header; skipped"), recorder.events);
    }

    /** A size that the header does not bear out leads nowhere: payloads may imitate records. */
    @Test
    void shouldCutAtACommitWordOfAnotherSize() {
        Holder me = bench.holder(x);
        bench.send(me, y, "one");
        bench.send(me, y, "two");
        Word.plain(bench.ring(y), 0, RecordLayout.commitWord(0, 96));

        poll();

        assertEquals(List.of(), recorder.texts());
        assertEquals(List.of("corrupted position=0 its commit word 0x3; cut there"),
                recorder.events);
    }

    @Test
    void shouldAcknowledgeNothingOutOfADamagedHeader() {
        int z = bench.partition("z", IPCA);
        bench.vsr.send(bench.holder(x), y, Bench.segment("asked"), Delivery.TRY.notified());
        bench.ring(y).set(MessageView.INT, RecordLayout.SOURCE, z);
        bench.word(y, FrameLayout.CONTROL_CURSOR, 64);

        bench.killed();

        assertEquals(-1, bench.vsr.readBy(z, y));
        assertEquals(-1, bench.vsr.readBy(x, y));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource({"-32, 0", "-32, -64", "64, 8192", "33, 64",
            "64, 65", "9223372036854775807, 0", "9223372036854775776, 9223372036854775776"})
    void shouldBeginBehindAllWhenHeadAndCursorMakeNoRing(long head, long cursor) {
        Holder me = bench.holder(x);
        Scanner scanner = bench.scanner(y, new Recorder());
        for (int i = 0; i < 300; i++) {
            bench.send(me, y, "lost");
            scanner.poll(1);
        }
        long tail = bench.word(y, FrameLayout.CONTROL_TAIL);
        bench.word(y, FrameLayout.CONTROL_HEAD, head);
        bench.word(y, FrameLayout.CONTROL_CURSOR, cursor);

        List<String> damages = bench.killed();

        boolean impossible = head < 0 || head > 1L << 52 || (head | cursor) % 32 != 0
                || cursor - head > IPCA;
        assertEquals(impossible ? 1 : 0, damages.size(), damages.toString());
        long position = bench.send(bench.holder(x), y, "new");
        assertTrue(position > tail || !impossible, "position=" + position);
        assertEquals(List.of("new"), poll().subList(recorder.messages.size() - 1,
                recorder.messages.size()));
        assertEquals(List.of(), bench.killed());
    }

    @Test
    void shouldAcceptNoControlAreaThatNamesForeignMemory() {
        var own = bench.blocks.ranges(y);
        int control = bench.table.control(y);
        assertTrue(bench.attach.valid(control, y, own));
        assertTrue(!bench.attach.valid(control, x, own));
        assertTrue(!bench.attach.valid(control, y, bench.blocks.ranges(x)));
        assertTrue(!bench.attach.valid(-1, y, own));
        assertTrue(!bench.attach.valid(bench.frame.layout().controls(), y, own));
        long base = bench.word(y, FrameLayout.CONTROL_BASE);
        for (long damaged : new long[]{base + 4, base + 2048, base - IPCA, Long.MIN_VALUE,
                Long.MAX_VALUE - 4095}) {
            bench.word(y, FrameLayout.CONTROL_BASE, damaged);
            assertTrue(!bench.attach.valid(control, y, own), "base=" + damaged);
        }
        bench.word(y, FrameLayout.CONTROL_BASE, base);
        for (long damaged : new long[]{0, 32, 5000, IPCA * 64, Long.MIN_VALUE, -1}) {
            bench.word(y, FrameLayout.CONTROL_RING, damaged);
            assertTrue(!bench.attach.valid(control, y, own), "ring=" + damaged);
        }
    }
}
