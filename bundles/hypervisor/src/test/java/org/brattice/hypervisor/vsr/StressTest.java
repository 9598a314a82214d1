package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many writers, one scanner: in order, without loss or duplicate, and nobody starves. */
class StressTest {
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(20));
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final long seed = Long.getLong("brattice.seed", System.nanoTime());
    private final Bench bench = Bench.anonymous(32 << 20);

    @AfterEach
    void close() {
        bench.close();
    }

    /** Checks each message: sender, sequence, contents. */
    private static final class Checker extends Recorder {
        final long[] next = new long[64];
        final long[] last = new long[64];
        long count;

        @Override
        public boolean message(Message message) {
            int source = message.source();
            long sequence = message.getLong(0);
            assertEquals(next[source]++, sequence, "source=" + source);
            assertTrue(message.position() >= last[source]);
            last[source] = message.position();
            for (int i = 8; i < message.length(); i++) {
                if (message.getByte(i) != (byte) (sequence + i)) {
                    throw new AssertionError("source=" + source + " sequence=" + sequence
                            + " byte=" + i);
                }
            }
            count++;
            return true;
        }
    }

    private CompletableFuture<Long> writer(int number, int receiver, int messages, boolean waits,
            int limit) {
        CompletableFuture<Long> refused = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            Holder me = bench.holder(number);
            Random random = new Random(seed + number);
            byte[] bytes = new byte[limit];
            MemorySegment payload = MemorySegment.ofArray(bytes);
            long retries = 0;
            try {
                for (int i = 0; i < messages; i++) {
                    int size = 8 + random.nextInt(1 + random.nextInt(limit - 8));
                    payload.set(MessageView.LONG, 0, i);
                    for (int b = 8; b < size; b++) {
                        bytes[b] = (byte) (i + b);
                    }
                    long result;
                    while ((result = bench.vsr.send(me, receiver, payload.asSlice(0, size),
                            waits ? WAIT : Delivery.TRY)) == IpcaService.NO_ROOM) {
                        retries++;
                        Thread.yield();
                    }
                    assertTrue(result >= 0, "result=" + result);
                    assertTrue(!waits || retries == 0, "starved");
                }
                refused.complete(retries);
            } catch (Throwable e) {
                refused.completeExceptionally(e);
            } finally {
                bench.holders.remove(me);
            }
        });
        return refused;
    }

    @ParameterizedTest
    @CsvSource({"2, 40000, true, 0", "4, 20000, true, 0", "8, 10000, true, 0", "2, 40000, false, 0",
            "8, 10000, false, 0", "2, 20000, true, 200", "5, 8000, true, 60", "5, 8000, false, 60"})
    void shouldKeepOrderWithoutLossOrDuplicate(int writers, int messages, boolean waits,
            int remapEvery) throws Exception {
        System.out.println("StressTest seed=" + seed);
        int receiver = bench.partition("receiver", 16 << 10);
        List<CompletableFuture<Long>> all = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            numbers.add(bench.partition("writer" + i, 4096));
        }
        Checker checker = new Checker();
        Scanner scanner = bench.scanner(receiver, checker);
        int limit = bench.vsr.recordLimit(receiver);
        numbers.forEach(number -> all.add(writer(number, receiver, messages, waits, limit)));

        Random random = new Random(seed);
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        long remapAt = remapEvery == 0 ? Long.MAX_VALUE : remapEvery;
        Area old = null;
        while (checker.count < (long) writers * messages) {
            if (checker.count >= remapAt) {
                remapAt += 1 + random.nextInt(2 * remapEvery);
                if (old != null) {
                    bench.release(old);
                }
                old = bench.vsr.area(receiver);
                scanner.remap(bench.fresh(receiver));
            }
            if (scanner.poll(1 + random.nextInt(50)) == 0) {
                scanner.await(10_000_000);
            }
            assertTrue(System.nanoTime() < deadline, () -> "stands still: seed=" + seed + " read="
                    + checker.count + " lease=" + bench.vsr.area(receiver).lease());
        }
        for (CompletableFuture<Long> one : all) {
            one.get(10, TimeUnit.SECONDS);
        }
        scanner.poll(1000);
        assertEquals((long) writers * messages, checker.count);
        assertEquals(List.of(), checker.events);
        assertEquals(List.of(), List.copyOf(bench.lost));
    }

    /** N writers of N IPCAs never meet (S7), and each pair keeps its order. */
    @Test
    void shouldKeepPairsApart() throws Exception {
        List<CompletableFuture<Long>> all = new ArrayList<>();
        List<Scanner> scanners = new ArrayList<>();
        List<Checker> checkers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int receiver = bench.partition("receiver" + i, 16 << 10);
            checkers.add(new Checker());
            scanners.add(bench.scanner(receiver, checkers.get(i)));
            all.add(writer(bench.partition("writer" + i, 4096), receiver, 20_000, true, 500));
        }
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (checkers.stream().anyMatch(checker -> checker.count < 20_000)) {
            scanners.forEach(scanner -> scanner.poll(50));
            assertTrue(System.nanoTime() < deadline, "stands still: seed=" + seed);
        }
        for (CompletableFuture<Long> one : all) {
            one.get(10, TimeUnit.SECONDS);
        }
    }
}
