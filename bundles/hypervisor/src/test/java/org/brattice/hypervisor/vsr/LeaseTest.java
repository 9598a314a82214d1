package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.vsr.StepHolder.Fate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaseTest {
    private static final long IPCA = 4096;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", IPCA);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        bench.close();
    }

    private static boolean committed(Step step) {
        return step.compareTo(Step.COMMITTED) >= 0;
    }

    private List<String> expected(Step step) {
        return committed(step) ? List.of("before", "half", "after") : List.of("before", "after");
    }

    /** An exception in the section leaves it: the lease is free, and a half-written record is none. */
    @ParameterizedTest
    @EnumSource
    void shouldBeFreeWhenTheSectionIsLeftByAnError(Step step) {
        Holder other = bench.holder(z);
        bench.send(other, y, "before");

        assertThrows(StepHolder.Ended.class,
                () -> bench.send(new StepHolder(bench.holders, x, step, Fate.THROW), y, "half"));

        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
        assertTrue(bench.send(other, y, "after") >= 0);
        bench.scanner(y, recorder).poll(10);
        assertEquals(expected(step), recorder.texts());
        assertEquals(List.of(), List.copyOf(bench.lost));
    }

    /** Its thread ended without release, as only a crash of the machine below could do it. */
    @ParameterizedTest
    @EnumSource
    void shouldBeBrokenWhenItsHoldersThreadHasEnded(Step step) throws Exception {
        Holder other = bench.holder(z);
        bench.send(other, y, "before");
        endAt(step, "half");
        assertTrue(Lease.held(bench.vsr.area(y).lease()));

        assertTrue(bench.send(other, y, "after") >= 0);

        assertEquals(List.of(y + "<" + x), List.copyOf(bench.lost));
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
        bench.scanner(y, recorder).poll(10);
        assertEquals(expected(step), recorder.texts());
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeBrokenForThePadAndTheRecordBehindIt(Step step) throws Exception {
        Holder other = bench.holder(z);
        Scanner scanner = bench.scanner(y, new Recorder());
        MemorySegment large = MemorySegment.ofArray(new byte[(int) IPCA / 8 - 32]);
        for (int i = 0; i < 7; i++) {
            assertTrue(bench.vsr.send(other, y, large, Delivery.TRY) >= 0);
        }
        scanner.poll(10);
        assertTrue(bench.send(other, y, "x".repeat(40)) >= 0);
        scanner.poll(1);
        String half = "y".repeat((int) IPCA / 8 - 32);
        endAt(step, half);

        String after = "z".repeat((int) IPCA / 8 - 32);
        assertTrue(bench.send(other, y, after) >= 0);

        bench.scanner(y, recorder).poll(10);
        assertEquals(committed(step) ? List.of(half, after) : List.of(after), recorder.texts());
        assertEquals(List.of(), recorder.events);
    }

    /** Leaves the words as a thread would that ended there: lease held, nothing after the step. */
    private void endAt(Step step, String text) throws InterruptedException {
        Area area = bench.vsr.area(y);
        long[] token = new long[1];
        Thread writer = Thread.ofPlatform().start(() -> {
            StepHolder holder = new StepHolder(bench.holders, x, step, Fate.THROW);
            try {
                bench.send(holder, y, text);
            } catch (StepHolder.Ended e) {
                token[0] = holder.enter();
            }
        });
        writer.join();
        assertEquals(Lease.FREE, area.lease());
        bench.word(y, FrameLayout.CONTROL_LEASE, token[0]);
    }

    @Test
    void shouldNotBeBrokenWhileItsHolderIsInTheSection() throws Exception {
        StepHolder[] parked = new StepHolder[1];
        Thread writer = parkedIn(Step.PART, parked);
        Holder other = bench.holder(z);

        for (int i = 0; i < 10; i++) {
            assertEquals(IpcaService.NO_ROOM, bench.send(other, y, "never"));
        }
        assertEquals(List.of(), List.copyOf(bench.lost));
        assertFalse(bench.holders.gone(bench.vsr.area(y).lease()));

        parked[0].resume.countDown();
        writer.join();
        assertTrue(bench.send(other, y, "after") >= 0);
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("parked", "after"), recorder.texts());
    }

    /** One IPCA that is written holds up no other (S7). */
    @Test
    void shouldHoldUpNoOtherIpca() throws Exception {
        StepHolder[] parked = new StepHolder[1];
        Thread writer = parkedIn(Step.BODY, parked);
        Holder other = bench.holder(y);

        for (int i = 0; i < 10; i++) {
            assertTrue(bench.send(other, z, "through") >= 0);
            assertTrue(bench.send(other, x, "through") >= 0);
        }

        parked[0].resume.countDown();
        writer.join();
    }

    /** The scanner never needs the lease to read. */
    @Test
    void shouldNotHoldUpTheScanner() throws Exception {
        bench.send(bench.holder(z), y, "before");
        StepHolder[] parked = new StepHolder[1];
        Thread writer = parkedIn(Step.PART, parked);

        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("before"), recorder.texts());

        parked[0].resume.countDown();
        writer.join();
    }

    /** A writer that has its lease already did not see it asleep, and will not wake it. */
    @Test
    void shouldNotLetTheScannerSleepWhileAWriterHasIt() throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        StepHolder[] parked = new StepHolder[1];
        Thread writer = parkedIn(Step.BODY, parked);

        long start = System.nanoTime();
        scanner.await(10_000_000_000L);

        assertTrue(System.nanoTime() - start < 5_000_000_000L);
        parked[0].resume.countDown();
        writer.join();
    }

    private Thread parkedIn(Step step, StepHolder[] holder) throws InterruptedException {
        java.util.concurrent.CountDownLatch ready = new java.util.concurrent.CountDownLatch(1);
        Thread writer = Thread.ofPlatform().start(() -> {
            holder[0] = new StepHolder(bench.holders, x, step, Fate.PARK);
            ready.countDown();
            bench.send(holder[0], y, "parked");
        });
        ready.await();
        holder[0].arrived.await();
        return writer;
    }

    @Test
    void shouldRingTheDoorbellForWhatWasCommittedBeforeAnError() {
        bench.scanner(y, recorder);
        bench.word(y, FrameLayout.CONTROL_SLEEPING, 1);

        assertThrows(StepHolder.Ended.class, () -> bench.send(
                new StepHolder(bench.holders, x, Step.COMMITTED, Fate.THROW), y, "committed"));

        // The permit of the ring is there: a park ends at once.
        long start = System.nanoTime();
        java.util.concurrent.locks.LockSupport.parkNanos(10_000_000_000L);
        assertTrue(System.nanoTime() - start < 5_000_000_000L);
    }

    @Test
    void shouldNameHolderAndSectionOnce() {
        Holders few = new Holders(2);
        Set<Long> tokens = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Holder holder = new Holder(few, i + 1, false);
            for (int section = 0; section < 3; section++) {
                long token = holder.enter();
                assertTrue(Lease.held(token));
                assertTrue(tokens.add(token), "token=" + token);
                assertSame(holder, few.of(token));
                assertFalse(few.gone(token));
                holder.leave();
                assertTrue(few.gone(token));
            }
            few.remove(holder);
        }
    }

    @Test
    void shouldSayWhenAllProcessorsAreInUse() {
        Holders one = new Holders(1);
        new Holder(one, 1, false);

        assertEquals("processors=1 are all in use: raise processors in the frame description",
                assertThrows(IllegalStateException.class, () -> new Holder(one, 2, false))
                        .getMessage());
    }
}
