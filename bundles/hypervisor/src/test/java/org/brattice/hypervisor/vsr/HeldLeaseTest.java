package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.vsr.StepHolder.Fate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A live holder stands still at each step of its write; what becomes of it, and of the others. */
class HeldLeaseTest {
    private static final int IPCA = 8192;
    private static final int WAITERS = 4;
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(20));

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", IPCA);
    private final Holder other = bench.holder(z);
    private final Recorder recorder = new Recorder();
    private final CompletableFuture<Long> result = new CompletableFuture<>();
    private StepHolder held;
    private Thread writer;
    private volatile boolean interrupted;

    @AfterEach
    void close() {
        bench.close();
    }

    private void park(Step step) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        writer = Thread.ofPlatform().daemon().start(() -> {
            held = new StepHolder(bench.holders, x, step, Fate.PARK);
            ready.countDown();
            try {
                long position = bench.send(held, y, "held");
                interrupted = Thread.currentThread().isInterrupted();
                result.complete(position);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        ready.await();
        held.arrived.await();
    }

    private long resumed() throws Exception {
        held.resume.countDown();
        return result.get(10, TimeUnit.SECONDS);
    }

    private static boolean committed(Step step) {
        return step.compareTo(Step.COMMITTED) >= 0;
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeKeptByAHolderThatIsInterrupted(Step step) throws Exception {
        park(step);
        writer.interrupt();
        assertEquals(IpcaService.NO_ROOM, bench.send(other, y, "refused"));
        assertFalse(bench.holders.gone(bench.vsr.area(y).lease()));

        assertTrue(resumed() >= 0);

        assertTrue(interrupted, "the interrupt is the firmware's");
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
        assertTrue(bench.send(other, y, "after") >= 0);
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("held", "after"), recorder.texts());
        assertEquals(List.of(), List.copyOf(bench.lost));
    }

    /** Others wait as long as it takes, in the order of asking, and nobody else waits with them. */
    @ParameterizedTest
    @EnumSource
    void shouldMakeOthersWaitUntilItsHolderGoesOn(Step step) throws Exception {
        park(step);
        List<CompletableFuture<Long>> waiting = new ArrayList<>();
        for (int i = 0; i < WAITERS; i++) {
            int index = i;
            CompletableFuture<Long> position = new CompletableFuture<>();
            waiting.add(position);
            Thread.ofVirtual().start(() -> {
                Holder holder = bench.holder(z);
                position.complete(bench.vsr.send(holder, y, Bench.segment("waited " + index),
                        PATIENT));
            });
            while (bench.word(y, FrameLayout.CONTROL_WAITERS) != index + 1) {
                LockSupport.parkNanos(10_000);
            }
        }
        for (int i = 0; i < 100; i++) {
            assertTrue(bench.send(other, x, "through") >= 0, "another IPCA");
            bench.scanner(x, new Recorder()).poll(10);
        }
        assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
        Scanner scanner = bench.scanner(y, recorder);
        scanner.poll(10);
        assertEquals(committed(step) ? List.of("held") : List.of(), recorder.texts());

        long position = resumed();

        // Also where it looks who waits only now: half of the ring is free, so it takes no room from them.
        assertTrue(position >= 0);
        List<String> expected = new ArrayList<>(List.of("held"));
        for (int i = 0; i < WAITERS; i++) {
            assertTrue(waiting.get(i).get(10, TimeUnit.SECONDS) >= 0);
            expected.add("waited " + i);
        }
        scanner.poll(10);
        assertEquals(expected, recorder.texts());
        assertEquals(List.of(), List.copyOf(bench.lost));
    }

    /** Its partition is destroyed: others go on in another place, and no byte of theirs is touched. */
    @ParameterizedTest
    @EnumSource
    void shouldTouchNoByteOfALaterMessage(Step step) throws Exception {
        bench.send(other, y, "before");
        park(step);
        assertEquals(List.of(bench.vsr.area(y)), bench.vsr.heldBy(x));
        Area old = bench.vsr.area(y);
        bench.vsr.move(old, bench.fresh(y));
        bench.vsr.remove(x);
        List<String> expected = new ArrayList<>(List.of("before"));
        if (committed(step)) {
            expected.add("held");
        }
        String later = "later".repeat(30);
        while (bench.send(other, y, later + expected.size()) >= 0) {
            expected.add(later + expected.size());
        }
        MemorySegment ring = bench.ring(y);
        byte[] before = ring.toArray(ValueLayout.JAVA_BYTE);
        byte[] oldBefore = bytes(old);
        long tail = bench.word(y, FrameLayout.CONTROL_TAIL);

        long position = resumed();

        assertEquals(-1, MemorySegment.ofArray(before).mismatch(ring),
                "it is full of others' bytes");
        assertEquals(tail, bench.word(y, FrameLayout.CONTROL_TAIL));
        assertEquals(-1, MemorySegment.ofArray(oldBefore).mismatch(MemorySegment
                .ofArray(bytes(old))), "its view of the old place was closed");
        if (!committed(step)) {
            assertEquals(IpcaService.NO_ROOM, position);
        }
        bench.scanner(y, recorder).poll(1000);
        assertEquals(expected, recorder.texts());
        assertEquals(List.of(), recorder.events);
    }

    private byte[] bytes(Area area) {
        return bench.frame.memory().asSlice(area.base(), area.capacity())
                .toArray(ValueLayout.JAVA_BYTE);
    }

    /** Lap after lap over a ring whose dead holder was in the middle of a write. */
    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingOfADeadHoldersMessage(Step step) throws Exception {
        Thread ended = Thread.ofPlatform().start(() -> {
            StepHolder holder = new StepHolder(bench.holders, x, step, Fate.THROW);
            try {
                bench.send(holder, y, "dead".repeat(100));
            } catch (StepHolder.Ended e) {
                // As if the thread had ended in the section.
                bench.word(y, FrameLayout.CONTROL_LEASE, holder.enter());
            }
        });
        ended.join();
        Scanner scanner = bench.scanner(y, recorder);
        for (int i = 0; i < 1000; i++) {
            assertTrue(bench.send(other, y, "later " + i) >= 0);
            scanner.poll(10);
        }
        int first = committed(step) ? 1 : 0;
        assertEquals(1000 + first, recorder.messages.size());
        for (int i = 0; i < 1000; i++) {
            assertEquals("later " + i, recorder.messages.get(first + i).text());
        }
        assertEquals(List.of(), recorder.events);
        assertEquals(List.of(y + "<" + x), List.copyOf(bench.lost));
    }
}
