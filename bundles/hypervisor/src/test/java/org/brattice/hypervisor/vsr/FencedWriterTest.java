package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.vsr.StepHolder.Fate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A live writer that stands still in the middle of a write while its target goes away. */
class FencedWriterTest {
    private static final int IPCA = 64 << 10;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", IPCA);
    private final Holder other = bench.holder(z);
    private final CompletableFuture<Long> result = new CompletableFuture<>();
    private final List<MemorySegment> parts = List.of(part('a'), part('b'), part('c'));
    private StepHolder parked;

    @AfterEach
    void close() {
        bench.close();
    }

    private static MemorySegment part(char letter) {
        byte[] bytes = new byte[2000];
        java.util.Arrays.fill(bytes, (byte) letter);
        return MemorySegment.ofArray(bytes);
    }

    /** X writes to Y and is parked at a step of it; at PART one of three segments is copied. */
    private void park(Step step) throws InterruptedException {
        java.util.concurrent.CountDownLatch ready = new java.util.concurrent.CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            parked = new StepHolder(bench.holders, x, step, Fate.PARK);
            ready.countDown();
            try {
                result.complete(bench.vsr.send(parked, y, parts, Delivery.TRY));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        ready.await();
        parked.arrived.await();
    }

    private long resumed() throws Exception {
        parked.resume.countDown();
        return result.get(10, TimeUnit.SECONDS);
    }

    private static boolean sent(Step step) {
        return step.compareTo(Step.COMMITTED) >= 0;
    }

    @ParameterizedTest
    @EnumSource
    void shouldReachNobodyWhenItsTargetIsRemoved(Step step) throws Exception {
        park(step);
        MemorySegment ring = bench.ring(y);
        Area area = bench.vsr.area(y);

        long lease = bench.vsr.remove(y);

        assertFalse(bench.holders.gone(lease), "the memory is in quarantine");
        // Whoever had the blocks next would see a late store in them.
        ring.fill((byte) 0x5a);
        long position = resumed();
        assertEquals(step == Step.TAILED ? position : IpcaService.NO_IPCA, position);
        assertTrue(bench.holders.gone(lease), "nobody can reach it any more");
        byte[] untouched = new byte[IPCA];
        java.util.Arrays.fill(untouched, (byte) 0x5a);
        assertArrayEquals(untouched, ring.toArray(ValueLayout.JAVA_BYTE));
        assertEquals(Lease.MOVED, area.lease());
        assertEquals(IpcaService.NO_IPCA, bench.send(other, y, "gone"));
    }

    @ParameterizedTest
    @EnumSource
    void shouldReachNobodyWhenItsTargetMoves(Step step) throws Exception {
        long before = bench.send(other, y, "before");
        park(step);
        MemorySegment oldRing = bench.ring(y);
        Area old = bench.vsr.area(y);
        Recorder recorder = new Recorder();
        Scanner scanner = bench.scanner(y, recorder);
        assertEquals(List.of(old), bench.vsr.heldBy(x));
        long lease = bench.vsr.leaseOf(old);

        scanner.remap(bench.fresh(y));
        scanner.poll(10);

        assertEquals(List.of(), bench.vsr.heldBy(x));
        assertFalse(bench.holders.gone(lease), "the old region is in quarantine");
        long after = bench.send(other, y, "after");
        assertTrue(after > before);
        oldRing.fill((byte) 0x5a);
        byte[] fresh = bench.ring(y).asSlice(before + 64 + 6048 + 128, IPCA / 2)
                .toArray(ValueLayout.JAVA_BYTE);

        long position = resumed();

        scanner.poll(10);
        byte[] untouched = new byte[IPCA];
        java.util.Arrays.fill(untouched, (byte) 0x5a);
        assertArrayEquals(untouched, oldRing.toArray(ValueLayout.JAVA_BYTE));
        assertTrue(bench.holders.gone(lease), "nobody can reach it any more");
        String message = "a".repeat(2000) + "b".repeat(2000) + "c".repeat(2000);
        assertEquals(sent(step)
                ? List.of("before", message, "after")
                : List.of("before", "after", message), recorder.texts(), "exactly once");
        assertEquals(position, recorder.messages.stream()
                .filter(seen -> seen.text().equals(message)).findAny().orElseThrow().position());
        if (sent(step)) {
            assertArrayEquals(fresh, bench.ring(y).asSlice(before + 64 + 6048 + 128, IPCA / 2)
                    .toArray(ValueLayout.JAVA_BYTE));
        }
        assertEquals(List.of(), recorder.events);
    }

    /** Its blocks belong to somebody else when it goes on: their bytes are theirs. */
    @ParameterizedTest
    @EnumSource
    void shouldTouchNoByteOfANewOwner(Step step) throws Exception {
        park(step);
        Area old = bench.vsr.area(y);
        bench.vsr.move(old, bench.fresh(y));
        Area fresh = bench.vsr.area(y);
        bench.frame.memory().asSlice(old.base(), old.capacity()).fill((byte) 0x11);
        byte[] table = bench.frame.memory().asSlice(0, bench.frame.layout().hypervisorSize())
                .toArray(ValueLayout.JAVA_BYTE);
        bench.vsr.remove(y);
        byte[] before = bench.frame.memory().asSlice(fresh.base(), fresh.capacity())
                .toArray(ValueLayout.JAVA_BYTE);
        byte[] rest = new byte[IPCA];
        java.util.Arrays.fill(rest, (byte) 0x11);

        long position = resumed();

        assertTrue(sent(step) ? position >= 0 : position == IpcaService.NO_IPCA,
                "position=" + position);
        assertArrayEquals(rest, bench.frame.memory().asSlice(old.base(), old.capacity())
                .toArray(ValueLayout.JAVA_BYTE));
        assertArrayEquals(before, bench.frame.memory().asSlice(fresh.base(), fresh.capacity())
                .toArray(ValueLayout.JAVA_BYTE));
        byte[] now = bench.frame.memory().asSlice(0, table.length)
                .toArray(ValueLayout.JAVA_BYTE);
        int lease = (int) bench.frame.layout().controls(fresh.control());
        System.arraycopy(table, lease + 128, now, lease + 128, 8);
        assertArrayEquals(table, now, "no table changed but the lease of the removed IPCA");
    }
}
