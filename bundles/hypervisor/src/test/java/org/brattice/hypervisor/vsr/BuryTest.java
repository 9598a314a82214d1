package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.DeadLetter;
import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.brattice.hypervisor.vsr.StepHolder.Fate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a destroyed partition's unread messages. */
class BuryTest {
    private static final int IPCA = 4096;

    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);

    @AfterEach
    void close() {
        bench.close();
    }

    private List<String> letters() {
        List<String> texts = new ArrayList<>();
        for (DeadLetter letter : bench.vsr.letters().list()) {
            texts.add(new String(bench.vsr.letters().payload(letter.id()),
                    StandardCharsets.UTF_8));
        }
        return texts;
    }

    private void aside(RetryQueue queue, long position) {
        MemorySegment ring = bench.ring(y);
        long start = position & IPCA - 1;
        assertTrue(queue.append(ring, start, RecordLayout.sizeOf(Word.plain(ring, start))));
    }

    @Test
    void shouldKeepWhatIsInTheIpcaAndSetAside() {
        Holder me = bench.holder(x);
        Recorder recorder = new Recorder();
        bench.send(me, y, "read");
        bench.scanner(y, recorder).poll(1);
        long aside = bench.send(me, y, "aside");
        bench.send(me, y, "unread");
        RetryQueue queue = bench.vsr.retry().open(y, x, null);
        aside(queue, aside);
        queue.attempt(2);

        assertEquals(0, bench.vsr.bury(y, "destroyed"));
        bench.vsr.remove(y);

        assertEquals(List.of("aside", "unread"), letters());
        DeadLetter letter = bench.vsr.letters().letter(1);
        assertEquals(2, letter.attempts());
        assertEquals("destroyed", letter.reason());
        assertEquals("y", letter.receiver());
        assertEquals("x", letter.source());
        assertEquals(0, bench.vsr.letters().letter(2).attempts());
        assertEquals(0, bench.vsr.retry().bytes(y));
        assertEquals(IpcaService.NO_IPCA, bench.send(me, y, "late"));
    }

    @Test
    void shouldTellHowManyDoNotFitAndLetSendersGoOn() {
        Holder me = bench.holder(x);
        MemorySegment big = MemorySegment.ofArray(new byte[460]);
        List<Long> positions = new ArrayList<>();
        for (int i = 0; bench.vsr.letters().free() > 2048; i++) {
            MemorySegment filler = RetryStoreTest.record((1 << 20) + i * 8192, x, 1024);
            assertTrue(bench.vsr.letters().add(x, filler, 0, filler.byteSize(), 1, "", null));
        }
        for (int i = 0; i < 3; i++) {
            positions.add(bench.vsr.send(me, y, big, Delivery.TRY));
        }
        int before = bench.vsr.letters().list().size();
        bench.word(y, FrameLayout.CONTROL_WAITERS, 3);

        assertEquals(1, bench.vsr.bury(y, "destroyed"));

        assertEquals(before, bench.vsr.letters().list().size());
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_WAITERS));
        assertTrue(bench.send(me, y, "after") > positions.getLast());
        Recorder recorder = new Recorder();
        bench.scanner(y, recorder).poll(1);
        bench.vsr.letters().drop(1);
        assertEquals(0, bench.vsr.bury(y, "destroyed"));
        assertEquals(before - 1 + 3, bench.vsr.letters().list().size());
    }

    /** A sender that waits for room learns what has become of the receiver either way. */
    @Test
    void shouldNotHoldUpSendersThatWait() throws Exception {
        Holder me = bench.holder(x);
        while (bench.send(me, y, "fill") >= 0) {
            assertTrue(bench.vsr.area(y).unread() <= IPCA);
        }
        CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(() -> bench.vsr.send(
                bench.holder(x), y, Bench.segment("waits"),
                Delivery.waiting(Duration.ofMinutes(1))));
        while (bench.word(y, FrameLayout.CONTROL_WAITERS) == 0) {
            Thread.onSpinWait();
        }
        fillLetters();

        assertTrue(bench.vsr.bury(y, "destroyed") > 0);
        while (bench.word(y, FrameLayout.CONTROL_WAITERS) == 0) {
            assertTrue(!waiting.isDone());
            Thread.onSpinWait();
        }
        bench.scanner(y, new Recorder()).poll(100);

        assertTrue(waiting.get(1, TimeUnit.MINUTES) > 0);
    }

    private void fillLetters() {
        for (int i = 0; bench.vsr.letters().free() > 0; i++) {
            MemorySegment filler = RetryStoreTest.record((1 << 20) + i * 8192, x, 1024);
            assertTrue(bench.vsr.letters().add(x, filler, 0, filler.byteSize(), 1, "", null));
        }
    }

    @Test
    void shouldTakeTheLeaseOfAHolderThatIsGone() {
        bench.send(bench.holder(x), y, "before");
        assertThrows(StepHolder.Ended.class, () -> bench.send(
                new StepHolder(bench.holders, x, Step.COMMITTED, Fate.THROW), y, "half"));
        bench.word(y, FrameLayout.CONTROL_LEASE, Lease.token(200, 99));

        assertEquals(0, bench.vsr.bury(y, "destroyed"));

        assertEquals(List.of("before", "half"), letters());
    }

    @Test
    void shouldSayWhenALiveHolderIsInside() throws Exception {
        StepHolder inside = new StepHolder(bench.holders, x, Step.COMMITTED, Fate.PARK);
        CompletableFuture<Long> sending = CompletableFuture.supplyAsync(() -> {
            inside.bind();
            return bench.send(inside, y, "slow");
        });
        assertTrue(inside.arrived.await(1, TimeUnit.MINUTES));

        assertEquals(Vsr.BUSY, bench.vsr.bury(y, "destroyed"));
        assertEquals(List.of(), letters());

        inside.resume.countDown();
        assertTrue(sending.get(1, TimeUnit.MINUTES) >= 0);
        assertEquals(0, bench.vsr.bury(y, "destroyed"));
        assertEquals(List.of("slow"), letters());
    }

    /** Killed between keeping the letters and removing the partition: each message is there once. */
    @Test
    void shouldHaveEachMessageOnceWhenTheProcessEndsInBetween() {
        Holder me = bench.holder(x);
        long aside = bench.send(me, y, "aside");
        bench.send(me, y, "unread");
        aside(bench.vsr.retry().open(y, x, null), aside);
        assertEquals(0, bench.vsr.bury(y, "destroyed"));

        assertEquals(List.of(), bench.killed());

        assertEquals(List.of(), letters());
        assertEquals(64, bench.vsr.retry().bytes(y, x));
        assertTrue(bench.vsr.area(y).unread() > 0);
        assertEquals(0, bench.vsr.bury(y, "destroyed"));
        bench.vsr.remove(y);
        bench.table.remove(y);
        bench.killed();
        assertEquals(List.of("aside", "unread"), letters());
        assertNull(bench.vsr.area(y));
    }
}
