package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.Chunk;
import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Partitions with full IPCAs that answer in their handlers come to no standstill. */
class DeadlockTest {
    /** Far longer than a test may take: who waits for ever is found out. */
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(300));
    private static final long LIMIT_NANOS = 20_000_000_000L;

    private final Bench bench = Bench.anonymous(32 << 20);
    private final Holder kicker = bench.holder(withoutIpca());
    private final List<CompletableFuture<Void>> all = new ArrayList<>();
    private final List<Holder> holders = new ArrayList<>();
    private volatile boolean over;

    /** Who receives nothing, not even broadcasts. */
    private int withoutIpca() {
        int number = bench.table.nextNumber();
        bench.table.add(number, "kicker", 4096);
        bench.vsr.enter(number, "kicker");
        return number;
    }

    @AfterEach
    void close() throws Exception {
        over = true;
        holders.forEach(Holder::end);
        for (CompletableFuture<Void> one : all) {
            one.get(10, TimeUnit.SECONDS);
        }
        bench.close();
    }

    /** A partition whose handler answers. */
    private interface Handler {
        void handle(Holder me, int source);
    }

    /** Its scan, on a thread of its own; what it has read. */
    private AtomicLong partition(int number, Handler answer) {
        AtomicLong read = new AtomicLong();
        CompletableFuture<Void> result = new CompletableFuture<>();
        Holder me = new Holder(bench.holders, number, true);
        holders.add(me);
        all.add(result);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Scanner scanner = bench.scanner(number, new Recorder() {
                    @Override
                    public boolean message(Message message) {
                        answer.handle(me, message.source());
                        read.incrementAndGet();
                        return true;
                    }

                    @Override
                    public boolean chunk(Chunk chunk) {
                        if (chunk.last()) {
                            answer.handle(me, chunk.source());
                        }
                        read.incrementAndGet();
                        return true;
                    }

                    @Override
                    public void room(int at) {
                        answer.handle(me, at);
                    }
                }, me);
                while (!over) {
                    if (scanner.poll(5) == 0) {
                        scanner.await(1_000_000);
                    }
                }
                result.complete(null);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return read;
    }

    private void fill(int receiver, int from) {
        Holder filler = bench.holder(from);
        while (bench.vsr.send(filler, receiver, MemorySegment.ofArray(new byte[100]),
                Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= bench.vsr.area(receiver).capacity());
        }
        bench.holders.remove(filler);
    }

    /** Meanwhile somebody sends to all of them, so that there is always something to answer. */
    private void awaitRead(int[] numbers, AtomicLong read, long count) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (read.get() < count) {
            for (int number : numbers) {
                bench.send(kicker, number, "go on");
            }
            assertTrue(System.nanoTime() < deadline, () -> "stands still: read=" + read);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private int[] ring(int size, int ipca) {
        int[] numbers = new int[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = bench.partition("p" + i, ipca);
        }
        for (int i = 0; i < size; i++) {
            fill(numbers[i], numbers[(i + 1) % size]);
        }
        return numbers;
    }

    /** All are full, and each answers the next of the circle twice for each message that it reads. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void shouldGoOnInACircle(int size) {
        int[] numbers = ring(size, 4096);
        AtomicInteger deadlocks = new AtomicInteger();
        List<AtomicLong> reads = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int next = numbers[(i + 1) % size];
            MemorySegment answer = MemorySegment.ofArray(new byte[200]);
            reads.add(partition(numbers[i], (me, source) -> {
                for (int twice = 0; twice < 2 && !over; twice++) {
                    if (bench.vsr.send(me, next, answer, WAIT) == IpcaService.DEADLOCK) {
                        deadlocks.incrementAndGet();
                    }
                }
            }));
        }
        reads.forEach(read -> awaitRead(numbers, read, 1000));
        assertTrue(deadlocks.get() > 0, "the circle was never closed");
    }

    @ParameterizedTest
    @CsvSource({"2, 3000", "3, 3000", "2, 40000"})
    void shouldGoOnWithChunks(int size, int bytes) {
        int[] numbers = ring(size, 4096);
        List<AtomicLong> reads = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int next = numbers[(i + 1) % size];
            MemorySegment answer = MemorySegment.ofArray(new byte[bytes]);
            reads.add(partition(numbers[i],
                    (me, source) -> bench.vsr.send(me, next, answer, WAIT)));
        }
        reads.forEach(read -> awaitRead(numbers, read, 100));
    }

    /** Each handler broadcasts to all the others, which do the same. */
    @Test
    void shouldGoOnWithBroadcasts() {
        int[] numbers = ring(4, 4096);
        List<AtomicLong> reads = new ArrayList<>();
        MemorySegment answer = MemorySegment.ofArray(new byte[100]);
        for (int number : numbers) {
            reads.add(partition(number, (me, source) -> bench.vsr.broadcast(me, answer, WAIT)));
        }
        reads.forEach(read -> awaitRead(numbers, read, 300));
    }

    /** Notifications and tracking need no room: both are heard while both IPCAs are full. */
    @Test
    void shouldGoOnWithAcknowledgements() {
        int[] numbers = ring(2, 4096);
        MemorySegment answer = MemorySegment.ofArray(new byte[200]);
        Delivery tracked = WAIT.tracked();
        AtomicLong one = partition(numbers[0],
                (me, source) -> bench.vsr.send(me, numbers[1], answer, tracked));
        AtomicLong other = partition(numbers[1],
                (me, source) -> bench.vsr.send(me, numbers[0], answer, tracked));
        awaitRead(numbers, one, 1000);
        awaitRead(numbers, other, 1000);
        assertTrue(bench.vsr.readBy(numbers[0], numbers[1]) > 0);
        assertTrue(bench.vsr.readBy(numbers[1], numbers[0]) > 0);
    }

    /** Who is called when there is room never waits, so nobody waits for it. */
    @Test
    void shouldGoOnWithWakers() {
        int[] numbers = ring(3, 4096);
        List<AtomicLong> reads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int next = numbers[(i + 1) % 3];
            MemorySegment answer = MemorySegment.ofArray(new byte[200]);
            reads.add(partition(numbers[i],
                    (me, source) -> bench.vsr.send(me, next, answer, Delivery.waking())));
        }
        reads.forEach(read -> awaitRead(numbers, read, 1000));
    }

    /** Wakers and waiters to one another, full on both sides. */
    @Test
    void shouldGoOnBetweenAWakerAndAWaiter() {
        int[] numbers = ring(2, 4096);
        MemorySegment answer = MemorySegment.ofArray(new byte[300]);
        AtomicLong waking = partition(numbers[0],
                (me, source) -> bench.vsr.send(me, numbers[1], answer, Delivery.waking()));
        AtomicLong waiting = partition(numbers[1],
                (me, source) -> bench.vsr.send(me, numbers[0], answer, WAIT));
        awaitRead(numbers, waking, 1000);
        awaitRead(numbers, waiting, 1000);
    }
}
