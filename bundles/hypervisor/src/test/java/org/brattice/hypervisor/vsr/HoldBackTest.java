package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One sender is held back at one receiver, and nobody else is. */
class HoldBackTest {
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(20));

    private final Bench bench = Bench.anonymous();
    private final int receiver = bench.partition("receiver", 4096);
    private final int held = bench.partition("held", 4096);
    private final int free = bench.partition("free", 4096);
    private final Recorder recorder = new Recorder();
    private final Scanner scanner = bench.scanner(receiver, recorder);

    @AfterEach
    void close() {
        bench.close();
    }

    private long send(int from, int to, Delivery delivery) {
        Holder me = bench.holder(from);
        try {
            return bench.vsr.send(me, to, Bench.segment("from " + from), delivery);
        } finally {
            bench.holders.remove(me);
        }
    }

    private CompletableFuture<Long> waiting(int from) throws InterruptedException {
        long waiters = bench.word(receiver, FrameLayout.CONTROL_WAITERS);
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> result.complete(send(from, receiver, WAIT)));
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (bench.word(receiver, FrameLayout.CONTROL_WAITERS) == waiters && !result.isDone()) {
            assertTrue(System.nanoTime() < deadline, "does not wait");
            Thread.onSpinWait();
        }
        return result;
    }

    @Test
    void shouldHoldBackOneAndNobodyElse() {
        assertTrue(bench.vsr.holdBack(receiver, held, true));
        assertFalse(bench.vsr.holdBack(receiver, held, true));

        assertEquals(IpcaService.NO_ROOM, send(held, receiver, Delivery.TRY));
        assertTrue(send(free, receiver, Delivery.TRY) >= 0);
        assertTrue(send(held, free, Delivery.TRY) >= 0);
        assertTrue(bench.vsr.heldBack(receiver, held));
        assertFalse(bench.vsr.heldBack(receiver, free));
        assertFalse(bench.vsr.heldBack(held, receiver));
    }

    @Test
    void shouldSendAgainWhenItIsLetGo() {
        bench.vsr.holdBack(receiver, held, true);
        assertEquals(IpcaService.NO_ROOM, send(held, receiver, Delivery.TRY));

        assertTrue(bench.vsr.holdBack(receiver, held, false));

        assertTrue(send(held, receiver, Delivery.TRY) >= 0);
        assertEquals(0, bench.word(receiver, FrameLayout.CONTROL_WAITERS));
    }

    @Test
    void shouldWaitInNobodysWay() throws Exception {
        bench.vsr.holdBack(receiver, held, true);
        CompletableFuture<Long> one = waiting(held);

        assertTrue(send(free, receiver, Delivery.TRY) >= 0);
        assertTrue(send(free, receiver, WAIT) >= 0);
        scanner.poll(100);
        assertFalse(one.isDone());

        bench.vsr.holdBack(receiver, held, false);
        assertTrue(one.get(10, TimeUnit.SECONDS) >= 0);
    }

    @Test
    void shouldStandWhereItStoodWhenItIsLetGo() throws Exception {
        Holder filler = bench.holder(free);
        while (bench.vsr.send(filler, receiver, Bench.segment("x".repeat(400)),
                Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= 4096);
        }
        while (bench.send(filler, receiver, "") >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= 4096);
        }
        bench.vsr.holdBack(receiver, held, true);
        CompletableFuture<Long> first = waiting(held);
        CompletableFuture<Long> second = waiting(free);
        bench.vsr.holdBack(receiver, held, false);

        scanner.poll(100);
        first.get(10, TimeUnit.SECONDS);
        second.get(10, TimeUnit.SECONDS);
        scanner.poll(100);

        List<String> texts = recorder.texts();
        assertEquals(List.of("from " + held, "from " + free),
                texts.subList(texts.size() - 2, texts.size()));
    }

    @Test
    void shouldEndAtItsDeadlineAllTheSame() {
        bench.vsr.holdBack(receiver, held, true);
        long start = System.nanoTime();
        assertEquals(IpcaService.NO_ROOM,
                send(held, receiver, Delivery.waiting(Duration.ofMillis(50))));
        assertTrue(System.nanoTime() - start >= 50_000_000);
    }

    @Test
    void shouldBeCalledWhenItIsLetGo() {
        Recorder called = new Recorder();
        Holder me = new Holder(bench.holders, held, true);
        Scanner scan = bench.scanner(held, called, me);
        bench.vsr.holdBack(receiver, held, true);
        assertEquals(IpcaService.NO_ROOM,
                bench.vsr.send(me, receiver, Bench.segment("x"), Delivery.waking()));
        scan.poll(1);
        assertEquals(List.of(), called.events);

        bench.vsr.holdBack(receiver, held, false);
        scan.poll(1);

        assertEquals(List.of("room at " + receiver), called.events);
    }

    @Test
    void shouldBeHeldBackWhereTheIpcaHasMoved() {
        bench.vsr.holdBack(receiver, held, true);
        bench.vsr.move(bench.vsr.area(receiver), bench.fresh(receiver));

        assertEquals(IpcaService.NO_ROOM, send(held, receiver, Delivery.TRY));
        assertTrue(send(free, receiver, Delivery.TRY) >= 0);
    }

    @Test
    void shouldBeForgottenWithItsPartition() {
        bench.vsr.holdBack(receiver, held, true);
        bench.vsr.remove(held);
        assertEquals(0, bench.word(receiver, FrameLayout.CONTROL_WAITERS));
        assertFalse(bench.vsr.holdBack(bench.table.nextNumber(), free, true));
    }
}
