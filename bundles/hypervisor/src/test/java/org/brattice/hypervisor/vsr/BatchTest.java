package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.vsr.StepHolder.Fate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 9: of a section all records appear or none. */
class BatchTest {
    private static final int IPCA = 4096;
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(20));

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", IPCA);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        bench.close();
    }

    /** Message i begins with the number {@code first + i}. */
    private static MemorySegment batch(int first, int count, int size) {
        MemorySegment messages = MemorySegment.ofArray(new byte[count * size]);
        for (int i = 0; i < count; i++) {
            MemorySegment message = messages.asSlice((long) i * size, size);
            message.fill((byte) (first + i));
        }
        return messages;
    }

    private List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (Recorder.Seen seen : recorder.messages) {
            for (byte one : seen.payload()) {
                assertEquals(seen.payload()[0], one, "position=" + seen.position());
            }
            numbers.add((int) seen.payload()[0]);
        }
        return numbers;
    }

    private static List<Integer> range(int first, int end) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = first; i < end; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private int send(Holder from, MemorySegment messages, int size) {
        return bench.vsr.sendBatch(from, y, messages, size, Delivery.TRY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 31, 32, 33, 40, 64, 72, 100, 480})
    void shouldArriveInOrder(int size) {
        Scanner scanner = bench.scanner(y, recorder);
        Holder me = bench.holder(x);
        // Many times round the ring, so that sections meet its end at every offset they can.
        for (int round = 0; round < 200; round++) {
            recorder.messages.clear();
            int sent = send(me, batch(round % 50, 7, size), size);
            while (scanner.poll(100) > 0) {
                assertEquals(sent, recorder.messages.size());
            }
            assertTrue(sent > 0, "sent=" + sent);
            assertEquals(range(round % 50, round % 50 + sent), numbers());
        }
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldGoInSectionsOfAnEighth() {
        Scanner scanner = bench.scanner(y, recorder);
        StepHolder me = new StepHolder(bench.holders, x, Step.TAILED, Fate.THROW);

        assertThrows(StepHolder.Ended.class, () -> send(me, batch(0, 20, 32), 32));

        scanner.poll(100);
        assertEquals(range(0, IPCA / 8 / 64), numbers());
    }

    private static boolean committed(Step step) {
        return step.compareTo(Step.COMMITTED) >= 0;
    }

    @ParameterizedTest
    @EnumSource
    void shouldAppearWholeOrNotAtAll(Step step) throws Exception {
        Holder other = bench.holder(z);
        assertEquals(1, send(other, batch(1, 1, 32), 32));
        endAt(step, batch(10, 8, 32), 32);

        assertEquals(1, send(other, batch(2, 1, 32), 32));

        assertEquals(List.of(y + "<" + x), List.copyOf(bench.lost));
        check(step);
    }

    /** 42 records of 96 bytes, then 64 bytes to the end of the ring: the next section begins with a pad. */
    @ParameterizedTest
    @EnumSource
    void shouldAppearWholeOrNotAtAllBehindAPad(Step step) throws Exception {
        Holder other = bench.holder(z);
        Scanner scanner = bench.scanner(y, new Recorder());
        for (int i = 0; i < 42; i++) {
            assertEquals(1, send(other, batch(1, 1, 40), 40));
            scanner.poll(10);
        }
        endAt(step, batch(10, 5, 40), 40);

        assertEquals(1, send(other, batch(2, 1, 40), 40));

        bench.scanner(y, recorder).poll(100);
        List<Integer> expected = committed(step) ? range(10, 15) : new ArrayList<>();
        expected.add(2);
        assertEquals(expected, numbers());
        assertEquals(IPCA + 96L * expected.size(), bench.word(y, FrameLayout.CONTROL_TAIL));
        assertEquals(List.of(), recorder.events);
    }

    private void check(Step step) {
        bench.scanner(y, recorder).poll(100);
        List<Integer> expected = new ArrayList<>(List.of(1));
        if (committed(step)) {
            expected.addAll(range(10, 18));
        }
        expected.add(2);
        assertEquals(expected, numbers());
        assertEquals(List.of(), recorder.events);
    }

    /** Leaves the words as a thread would that ended there: lease held, nothing after the step. */
    private void endAt(Step step, MemorySegment messages, int size) throws InterruptedException {
        Area area = bench.vsr.area(y);
        long[] token = new long[1];
        Thread writer = Thread.ofPlatform().start(() -> {
            StepHolder holder = new StepHolder(bench.holders, x, step, Fate.THROW);
            try {
                send(holder, messages, size);
            } catch (StepHolder.Ended e) {
                token[0] = holder.enter();
            }
        });
        writer.join();
        assertEquals(Lease.FREE, area.lease());
        bench.word(y, FrameLayout.CONTROL_LEASE, token[0]);
    }

    @Test
    void shouldSayHowManyThereWasRoomFor() {
        Scanner scanner = bench.scanner(y, recorder);
        Holder me = bench.holder(x);

        int sent = send(me, batch(0, 100, 32), 32);

        assertEquals((IPCA - RecordLayout.UNIT) / 64, sent);
        assertEquals(IpcaService.NO_ROOM, send(me, batch(0, 1, 32), 32));
        scanner.poll(100);
        assertEquals(range(0, sent), numbers());
    }

    @Test
    void shouldWaitForRoomToOneDeadline() throws Exception {
        CompletableFuture<Integer> sent = CompletableFuture
                .supplyAsync(() -> bench.vsr.sendBatch(bench.holder(x), y, batch(0, 120, 100), 100,
                        PATIENT), task -> Thread.ofPlatform().start(task));
        Scanner scanner = bench.scanner(y, recorder);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (recorder.messages.size() < 120 && System.nanoTime() - deadline < 0) {
            if (scanner.poll(64) == 0) {
                scanner.await(1_000_000_000L);
            }
        }
        assertEquals(120, sent.get(20, TimeUnit.SECONDS));
        assertEquals(range(0, 120), numbers());
    }

    @Test
    void shouldNotifyOfTheLastAlone() {
        Scanner scanner = bench.scanner(y, recorder);
        Holder me = bench.holder(x);

        assertEquals(20, bench.vsr.sendBatch(me, y, batch(0, 20, 32), 32,
                Delivery.TRY.notified()));

        scanner.poll(19);
        assertEquals(-1, bench.vsr.readBy(x, y));
        scanner.poll(1);
        assertEquals(19 * 64, bench.vsr.readBy(x, y));
    }

    /** The remap overtakes the section at a step: what it salvaged was sent, and nothing is sent twice. */
    @ParameterizedTest
    @EnumSource
    void shouldBeSentOnceWhenTheIpcaMovesMeanwhile(Step step) throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        StepHolder parked = new StepHolder(bench.holders, x, step, Fate.PARK);
        CompletableFuture<Integer> sent = CompletableFuture
                .supplyAsync(() -> {
                    parked.bind();
                    return send(parked, batch(0, 20, 32), 32);
                }, task -> Thread.ofPlatform().start(task));
        parked.arrived.await();
        scanner.remap(bench.fresh(y));
        scanner.poll(0);
        parked.resume.countDown();

        assertEquals(20, sent.get(20, TimeUnit.SECONDS));
        scanner.poll(100);
        assertEquals(range(0, 20), numbers());
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldComeOutOfForeignMemoryToo() {
        Scanner scanner = bench.scanner(y, recorder);
        MemorySegment own = bench.frame.view().segment(bench.blocks.ranges(x).get(0).base(), 320);
        own.copyFrom(batch(3, 10, 32));

        assertEquals(10, send(bench.holder(x), own, 32));

        scanner.poll(100);
        assertEquals(range(3, 13), numbers());
        assertEquals(3, own.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void shouldRefuseWhatIsNoBatch() {
        Holder me = bench.holder(x);
        int limit = bench.vsr.recordLimit(y);

        assertEquals("bytes=33 are no whole number of messages of size=32, or more than 2147483647",
                assertThrows(HypervisorCallException.class, () -> send(me, batch(0, 33, 1), 32))
                        .getMessage());
        assertEquals(
                "size=0 of a batch must be 1 to " + limit + ", this receiver's recordLimit",
                assertThrows(HypervisorCallException.class, () -> send(me, batch(0, 1, 1), 0))
                        .getMessage());
        assertThrows(HypervisorCallException.class,
                () -> send(me, batch(0, 1, limit + 1), limit + 1));
        assertEquals(0, send(me, MemorySegment.ofArray(new byte[0]), 1));
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_TAIL));
    }
}
