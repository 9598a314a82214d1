package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Blockage;
import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who blocks me: what can be seen of an IPCA without stopping anybody. */
class GlanceTest {
    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", 4096);
    private final int y = bench.partition("y", 4096);
    private final Recorder recorder = new Recorder();
    private final Holder me = bench.holder(x);

    @AfterEach
    void close() {
        bench.close();
    }

    private Blockage.Unread oldest() {
        return bench.vsr.blockages().oldestUnread(y);
    }

    @Test
    void shouldShowTheOldestUnreadMessage() {
        assertNull(oldest());
        bench.send(me, y, "first");
        bench.send(me, y, "second!");
        assertEquals(new Blockage.Unread(0, "x", 5, 0, oldest().age()), oldest());
        assertTrue(oldest().age().compareTo(Duration.ofSeconds(20)) < 0, oldest().toString());

        Scanner scanner = bench.scanner(y, recorder);
        scanner.poll(1);
        assertEquals(64, oldest().position());
        assertEquals(7, oldest().length());
        scanner.poll(1);
        assertNull(oldest());
    }

    @Test
    void shouldShowTheAttemptOfTheOneBeingHandled() {
        bench.send(me, y, "handled");
        int[] seen = new int[1];
        recorder.handler = message -> {
            seen[0] = oldest().attempt();
            return message.attempt() == 2;
        };
        bench.scanner(y, recorder).poll(1);
        assertEquals(2, seen[0]);
    }

    @Test
    void shouldLookBehindAPad() {
        Scanner scanner = bench.scanner(y, recorder);
        MemorySegment odd = MemorySegment.ofArray(new byte[300]);
        long position = 0;
        for (int i = 0; i < 100; i++) {
            long next = bench.vsr.send(me, y, odd, Delivery.TRY);
            assertEquals(next, oldest().position());
            if (next > position + 352) {
                assertEquals(0, next % 4096, "it lies behind a pad");
                return;
            }
            position = next;
            scanner.poll(1);
        }
        throw new AssertionError("no pad was written");
    }

    @Test
    void shouldShowNothingOfDamage() {
        bench.send(me, y, "damaged");
        bench.ring(y).set(MessageView.LONG, RecordLayout.LENGTH, 77);
        assertNull(oldest());
        bench.ring(y).set(MessageView.LONG, 0, -1);
        assertNull(oldest());
        bench.word(y, FrameLayout.CONTROL_CURSOR, 12_345);
        assertNull(oldest());
    }

    /** What is shown of a ring that is being written and read was there, whole. */
    @Test
    void shouldNeverShowWhatWasNeverThere() throws Exception {
        int z = bench.partition("z", 64 << 10);
        boolean[] over = new boolean[1];
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            Holder holder = bench.holder(x);
            Random random = new Random(1);
            MemorySegment payload = MemorySegment.ofArray(new byte[3000]);
            for (int i = 0; i < 300_000; i++) {
                bench.vsr.send(holder, z, payload.asSlice(0, 1000 + random.nextInt(2000)),
                        Delivery.TRY);
            }
            bench.holders.remove(holder);
        });
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
            Scanner scanner = bench.scanner(z, new Recorder() {
                @Override
                public boolean message(org.brattice.api.Message message) {
                    return true;
                }
            });
            while (!writing.isDone()) {
                scanner.poll(7);
            }
            over[0] = true;
        });
        long seen = 0;
        long last = 0;
        while (!writing.isDone()) {
            Blockage.Unread unread = bench.vsr.blockages().oldestUnread(z);
            if (unread != null) {
                seen++;
                assertEquals("x", unread.source());
                assertTrue(unread.length() >= 1000 && unread.length() < 3000, unread.toString());
                assertTrue(unread.position() >= last, unread + " is before " + last);
                last = unread.position();
            }
        }
        writing.get(10, TimeUnit.SECONDS);
        reading.get(10, TimeUnit.SECONDS);
        assertTrue(over[0]);
        assertTrue(seen > 100, "seen=" + seen);
    }

    @Test
    void shouldNameTheLeaseHolderAndForHowLong() throws Exception {
        assertNull(bench.vsr.blockages().lease(y));
        StepHolder parked = new StepHolder(bench.holders, x, Step.BODY, StepHolder.Fate.PARK);
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            parked.bind();
            bench.send(parked, y, "half");
        });
        assertTrue(parked.arrived.await(10, TimeUnit.SECONDS));

        assertEquals(new Blockage.Lease("x", false, Duration.ZERO), bench.vsr.blockages().lease(y));
        bench.vsr.tick();
        long seen = System.nanoTime();
        while (System.nanoTime() - seen < 20_000_000) {
            Thread.onSpinWait();
        }
        bench.vsr.tick();
        Blockage.Lease lease = bench.vsr.blockages().lease(y);
        assertTrue(lease.held().compareTo(Duration.ofMillis(20)) >= 0, lease.toString());

        parked.resume.countDown();
        thread.join();
        assertNull(bench.vsr.blockages().lease(y));
    }

    @Test
    void shouldNameWhoStandsInLineAndForWhomAScanWaits() throws Exception {
        while (bench.vsr.send(me, y, MemorySegment.ofArray(new byte[480]), Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(y).unread() <= 4096);
        }
        while (bench.send(me, y, "") >= 0) {
            assertTrue(bench.vsr.area(y).unread() <= 4096);
        }
        int z = bench.partition("z", 4096);
        Holder waker = bench.holder(z);
        bench.vsr.send(waker, y, MemorySegment.ofArray(new byte[480]), Delivery.waking());
        Holder scanning = new Holder(bench.holders, x, true);
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            scanning.bind();
            bench.vsr.send(scanning, y, Bench.segment("hello"),
                    Delivery.waiting(Duration.ofSeconds(20)));
        });
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (bench.vsr.blockages().line(y).size() < 2) {
            assertTrue(System.nanoTime() < deadline);
            Thread.onSpinWait();
        }
        bench.vsr.holdBack(y, z, true);

        List<Blockage.InLine> line = bench.vsr.blockages().line(y);
        assertEquals(List.of(
                new Blockage.InLine("z", true, line.get(0).waiting(), 512, true),
                new Blockage.InLine("x", false, line.get(1).waiting(), 64, false)), line);
        assertEquals("y", bench.vsr.blockages().waitsFor(x));
        assertNull(bench.vsr.blockages().waitsFor(y));
        scanning.end();
        thread.join();
        assertNull(bench.vsr.blockages().waitsFor(x));
    }
}
