package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Outcome;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitQueueTest {
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(20));

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", 4096);
    private final int y = bench.partition("y", 4096);
    private final int z = bench.partition("z", 4096);
    private final Recorder recorder = new Recorder();
    private final MemorySegment large = MemorySegment.ofArray(new byte[480]);

    @AfterEach
    void close() {
        bench.close();
    }

    private <T> CompletableFuture<T> started(int number, boolean scanning,
            AtomicReference<Holder> made, Function<Holder, T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            Holder holder = new Holder(bench.holders, number, scanning);
            holder.bind();
            made.set(holder);
            try {
                result.complete(work.apply(holder));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            } finally {
                bench.holders.remove(holder);
            }
        });
        return result;
    }

    private CompletableFuture<Long> sending(int from, int to, String text) {
        return started(from, false, new AtomicReference<>(),
                me -> bench.vsr.send(me, to, Bench.segment(text), WAIT));
    }

    private void fill(int receiver) {
        Holder filler = bench.holder(receiver == x ? y : x);
        while (bench.vsr.send(filler, receiver, large, Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= 4096);
        }
        while (bench.send(filler, receiver, "") >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= 4096);
        }
        bench.holders.remove(filler);
    }

    private void awaitWaiters(int receiver, int count) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (bench.word(receiver, FrameLayout.CONTROL_WAITERS) != count) {
            assertTrue(System.nanoTime() < deadline, "waiters="
                    + bench.word(receiver, FrameLayout.CONTROL_WAITERS));
            Thread.onSpinWait();
        }
    }

    private static long get(CompletableFuture<Long> result) throws Exception {
        return result.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldSendInTheOrderOfWaiting() throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        fill(y);
        List<CompletableFuture<Long>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(sending(i % 2 == 0 ? x : z, y, "waited " + i));
            awaitWaiters(y, i + 1);
        }
        assertEquals(IpcaService.NO_ROOM, bench.send(bench.holder(z), y, "luckier"));

        long deadline = System.nanoTime() + 10_000_000_000L;
        for (CompletableFuture<Long> one : waiting) {
            while (!one.isDone()) {
                assertTrue(System.nanoTime() < deadline, "stands still");
                scanner.poll(1);
            }
            assertTrue(get(one) >= 0);
        }
        scanner.poll(100);

        assertEquals(List.of("waited 0", "waited 1", "waited 2", "waited 3", "waited 4"),
                recorder.texts().stream().filter(text -> text.startsWith("waited")).toList());
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_WAITERS));
    }

    /** Else those with small messages would keep one with a large message waiting for ever. */
    @Test
    void shouldLeaveAllRoomToTheFirst() throws Exception {
        Holder small = bench.holder(x);
        for (int i = 0; i < 7; i++) {
            assertTrue(bench.vsr.send(small, y, large, Delivery.TRY) >= 0);
        }
        CompletableFuture<Long> waiting = started(z, false, new AtomicReference<>(),
                me -> bench.vsr.send(me, y, large, WAIT));
        awaitWaiters(y, 1);

        assertEquals(IpcaService.NO_ROOM, bench.send(small, y, "would fit"));

        bench.scanner(y, recorder).poll(1);
        assertTrue(get(waiting) >= 0);
        bench.scanner(y, recorder).poll(1);
        assertTrue(bench.send(small, y, "fits") >= 0);
    }

    @Test
    void shouldWakeTheFirstWhenThereIsRoom() throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        for (int round = 0; round < 200; round++) {
            fill(y);
            CompletableFuture<Long> waiting = sending(x, y, "waited");
            awaitWaiters(y, 1);
            scanner.poll(100);
            assertTrue(get(waiting) >= 0, "round=" + round);
            scanner.poll(100);
        }
    }

    @Test
    void shouldEndAtItsDeadline() throws Exception {
        fill(y);
        long start = System.nanoTime();

        long result = bench.vsr.send(bench.holder(z), y, Bench.segment("late"),
                Delivery.waiting(Duration.ofMillis(50)));

        assertEquals(IpcaService.NO_ROOM, result);
        assertTrue(System.nanoTime() - start >= 50_000_000);
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_WAITERS));
    }

    @Test
    void shouldTakeWaitsWithoutEnd() throws Exception {
        fill(y);
        CompletableFuture<Long> waiting = started(z, false, new AtomicReference<>(),
                me -> bench.vsr.send(me, y, Bench.segment("!"), new Delivery(Long.MAX_VALUE,
                        false, false, false)));
        awaitWaiters(y, 1);
        bench.scanner(y, recorder).poll(100);
        assertTrue(get(waiting) >= 0);
    }

    @Test
    void shouldEndWhenItsBootEnds() throws Exception {
        fill(y);
        AtomicReference<Holder> made = new AtomicReference<>();
        CompletableFuture<Long> waiting = started(z, false, made,
                me -> bench.vsr.send(me, y, Bench.segment("!"), WAIT));
        awaitWaiters(y, 1);

        made.get().end();

        assertEquals(IpcaService.NO_ROOM, get(waiting));
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_WAITERS));
    }

    @Test
    void shouldEndWhenTheReceiverIsRemoved() throws Exception {
        fill(y);
        CompletableFuture<Long> one = sending(x, y, "!");
        CompletableFuture<Long> two = sending(z, y, "!");
        awaitWaiters(y, 2);

        bench.vsr.remove(y);

        assertEquals(IpcaService.NO_IPCA, get(one));
        assertEquals(IpcaService.NO_IPCA, get(two));
    }

    @Test
    void shouldEndWhenTheVsrIsClosed() throws Exception {
        fill(y);
        CompletableFuture<Long> waiting = sending(z, y, "!");
        awaitWaiters(y, 1);

        bench.vsr.close();

        assertEquals(IpcaService.NO_IPCA, get(waiting));
        assertEquals(IpcaService.NO_IPCA, bench.send(bench.holder(z), y, "?"));
    }

    @Test
    void shouldFollowTheIpcaWhenItMoves() throws Exception {
        fill(y);
        CompletableFuture<Long> waiting = sending(z, y, "followed");
        awaitWaiters(y, 1);

        bench.vsr.move(bench.vsr.area(y), bench.fresh(y));
        awaitWaiters(y, 1);
        bench.scanner(y, recorder).poll(100);

        assertTrue(get(waiting) >= 0);
        bench.scanner(y, recorder).poll(100);
        assertEquals("followed", recorder.messages.get(recorder.messages.size() - 1).text());
    }

    /** An interrupt of the partition's own ends no wait, is kept for it, and makes nothing spin. */
    @Test
    void shouldKeepAnInterruptForItsPartition() throws Exception {
        fill(y);
        long[] cpu = new long[1];
        boolean[] interrupted = new boolean[1];
        CompletableFuture<Long> waiting = started(z, false, new AtomicReference<>(), me -> {
            Thread.currentThread().interrupt();
            long before = java.lang.management.ManagementFactory.getThreadMXBean()
                    .getCurrentThreadCpuTime();
            long result = bench.vsr.send(me, y, Bench.segment("!"),
                    Delivery.waiting(Duration.ofMillis(400)));
            cpu[0] = java.lang.management.ManagementFactory.getThreadMXBean()
                    .getCurrentThreadCpuTime() - before;
            interrupted[0] = Thread.interrupted();
            return result;
        });

        assertEquals(IpcaService.NO_ROOM, get(waiting));
        assertTrue(interrupted[0]);
        assertTrue(cpu[0] < 200_000_000, "cpu=" + cpu[0]);
    }

    /** Two full IPCAs whose handlers answer each other: one is told, and the other goes on. */
    @Test
    void shouldRefuseTheWaitThatNobodyCouldEnd() throws Exception {
        fill(x);
        fill(y);
        CompletableFuture<Long> one = answering(x, y);
        awaitWaiters(y, 1);

        CompletableFuture<Long> two = answering(y, x);

        assertEquals(IpcaService.DEADLOCK, get(two));
        assertTrue(!one.isDone());
        bench.scanner(y, recorder).poll(100);
        assertTrue(get(one) >= 0);
    }

    private CompletableFuture<Long> answering(int number, int peer) {
        return started(number, true, new AtomicReference<>(), me -> {
            long[] result = new long[1];
            Recorder reader = new Recorder() {
                @Override
                public boolean message(Message message) {
                    result[0] = bench.vsr.send(me, peer, large, WAIT);
                    return true;
                }
            };
            bench.scanner(number, reader, me).poll(1);
            return result[0];
        });
    }

    @Test
    void shouldBroadcastToAllAndSayWhatBecameOfEach() {
        fill(y);
        int mute = bench.table.nextNumber();
        bench.table.add(mute, "mute", 4096);
        bench.vsr.enter(mute, "mute");

        List<Outcome> outcomes = bench.vsr.broadcast(bench.holder(x), Bench.segment("all"),
                Delivery.TRY);

        assertEquals(List.of(new Outcome(y, IpcaService.NO_ROOM), new Outcome(z, 0)), outcomes);
        bench.scanner(z, recorder).poll(1);
        assertEquals(List.of("all"), recorder.texts());
    }

    /** A receiver that stays full must not use up the time of those that get room. */
    @Test
    void shouldBroadcastToThoseThatGetRoomWhileOthersStayFull() throws Exception {
        fill(y);
        fill(z);
        CompletableFuture<List<Outcome>> outcomes = started(x, false, new AtomicReference<>(),
                me -> bench.vsr.broadcast(me, Bench.segment("all"),
                        Delivery.waiting(Duration.ofMillis(300))));
        awaitWaiters(y, 1);
        bench.scanner(z, recorder).poll(1000);

        List<Outcome> told = outcomes.get(10, TimeUnit.SECONDS);

        assertEquals(new Outcome(y, IpcaService.NO_ROOM), told.get(0));
        assertTrue(told.get(1).sent(), told.toString());
    }

    @Test
    void shouldBroadcastNothingThatDoesNotFit() {
        List<Outcome> outcomes = bench.vsr.broadcast(bench.holder(x),
                MemorySegment.ofArray(new byte[481]), WAIT);

        assertEquals(List.of(new Outcome(y, IpcaService.NO_ROOM),
                new Outcome(z, IpcaService.NO_ROOM)), outcomes);
    }
}
