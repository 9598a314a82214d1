package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Others write past who waits while that takes no room from it, and not for ever. */
class PassingTest {
    private static final int LIMIT = 64;
    private static final int IPCA = 64 << 10;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", 4096);
    private final int z = bench.partition("z", 4096);
    private final int y = bench.partition("y", IPCA);
    private final Holder passing = bench.holder(z);

    @AfterEach
    void close() {
        bench.close();
    }

    private long pass() {
        return bench.send(passing, y, "");
    }

    /** Waits for room in a full ring; as long as nobody wakes it, it stays the first in line. */
    private CompletableFuture<Long> waiting() throws Exception {
        MemorySegment large = MemorySegment.ofArray(new byte[bench.vsr.recordLimit(y)]);
        Holder me = bench.holder(x);
        while (bench.vsr.send(me, y, large, Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(y).unread() <= IPCA);
        }
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread waiter = Thread.ofPlatform().daemon()
                .start(() -> result.complete(bench.vsr.send(bench.holder(x), y,
                        large, Delivery.waiting(Duration.ofSeconds(30)))));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (bench.vsr.blockages().line(y).isEmpty()
                || waiter.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(System.nanoTime() < deadline, "does not wait");
            Thread.onSpinWait();
        }
        return result;
    }

    /** As the scanner does, but that it wakes nobody yet. */
    private void delete(long bytes) {
        long head = bench.word(y, FrameLayout.CONTROL_HEAD) + bytes;
        Wipe.zero(bench.ring(y), head - bytes, head);
        bench.word(y, FrameLayout.CONTROL_CURSOR, head);
        bench.word(y, FrameLayout.CONTROL_HEAD, head);
    }

    @Test
    void shouldPassWhoWaitsSoOftenAndNoMore() throws Exception {
        CompletableFuture<Long> waiting = waiting();
        assertEquals(IpcaService.NO_ROOM, pass(), "there is no room");
        delete(bench.word(y, FrameLayout.CONTROL_TAIL));

        for (int i = 0; i < LIMIT; i++) {
            assertTrue(pass() >= 0, "pass " + i);
        }
        for (int i = 0; i < 10; i++) {
            assertEquals(IpcaService.NO_ROOM, pass());
        }

        bench.scanner(y, new Recorder()).poll(10);
        assertTrue(waiting.get(10, TimeUnit.SECONDS) >= 0);
        assertTrue(pass() >= 0, "it is counted anew");
    }

    @Test
    void shouldPassNobodyWhereLessThanHalfIsFree() throws Exception {
        CompletableFuture<Long> waiting = waiting();
        delete(3 * IPCA / 8);

        assertEquals(IpcaService.NO_ROOM, pass());

        bench.scanner(y, new Recorder()).poll(100);
        assertTrue(waiting.get(10, TimeUnit.SECONDS) >= 0);
    }
}
