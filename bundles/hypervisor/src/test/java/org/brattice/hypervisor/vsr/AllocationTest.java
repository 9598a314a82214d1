package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Chunk;
import org.brattice.api.Delivery;
import org.brattice.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** S9: no garbage on the way from send over scan to handler. */
class AllocationTest {
    private static final int WARM_UP = 100_000;
    private static final int MESSAGES = 200_000;

    private final com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory
            .getThreadMXBean();
    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", 64 << 10);
    private final int y = bench.partition("y", 64 << 10);

    @AfterEach
    void close() {
        bench.close();
    }

    /** Sums up what it reads, in place. */
    private static class Summing implements Reader {
        long sum;
        long count;

        @Override
        public boolean message(Message message) {
            sum += message.getLong(0) + message.length() + message.source();
            count++;
            return true;
        }

        @Override
        public boolean chunk(Chunk chunk) {
            return true;
        }

        @Override
        public void aborted(int source, long stream) {}

        @Override
        public void read(int receiver, long position) {
            sum += position;
        }

        @Override
        public void poisoned(int source, long position, int attempts) {}

        @Override
        public void corrupted(long position, String what) {}

        @Override
        public boolean stopping() {
            return false;
        }

        @Override
        public boolean waiting() {
            return false;
        }
    }

    /** Bytes a message, of the current thread. */
    private double measured(Runnable once) {
        for (int i = 0; i < WARM_UP; i++) {
            once.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MESSAGES; i++) {
            once.run();
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / (double) MESSAGES;
    }

    private void assertNone(double bytes) {
        assertTrue(bytes < 1, "bytes a message=" + bytes);
    }

    @Test
    void shouldAllocateNothingFromSendToHandler() {
        Holder me = bench.holder(x);
        Summing reader = new Summing();
        Scanner scanner = bench.scanner(y, reader);
        MemorySegment payload = MemorySegment.ofArray(new byte[100]);

        assertNone(measured(() -> {
            bench.vsr.send(me, y, payload, Delivery.TRY);
            scanner.poll(10);
        }));
        assertEquals(WARM_UP + MESSAGES, reader.count);
    }

    @Test
    void shouldAllocateNothingForSegmentsAndNotifications() {
        Holder me = bench.holder(x);
        Summing reader = new Summing();
        Summing source = new Summing();
        Scanner scanner = bench.scanner(y, reader);
        Scanner sender = bench.scanner(x, source);
        List<MemorySegment> parts = List.of(MemorySegment.ofArray(new byte[8]),
                MemorySegment.ofArray(new long[9]),
                bench.frame.view().segment(bench.blocks.ranges(x).get(0).base(), 100));
        Delivery notified = Delivery.TRY.notified();

        assertNone(measured(() -> {
            bench.vsr.send(me, y, parts, notified);
            scanner.poll(10);
            sender.poll(10);
        }));
        assertEquals(WARM_UP + MESSAGES, reader.count);
        assertTrue(source.sum > 0);
    }

    @Test
    void shouldAllocateNothingForTrackedMessages() {
        Holder me = bench.holder(x);
        Summing reader = new Summing();
        Summing source = new Summing();
        Scanner scanner = bench.scanner(y, reader);
        Scanner sender = bench.scanner(x, source);
        MemorySegment payload = MemorySegment.ofArray(new byte[100]);
        Delivery tracked = Delivery.TRY.tracked();

        assertNone(measured(() -> {
            bench.vsr.send(me, y, payload, tracked);
            scanner.poll(10);
            sender.poll(10);
        }));
        assertEquals(WARM_UP + MESSAGES, reader.count);
    }

    @Test
    void shouldAllocateNothingForSendersThatAreCalled() {
        Holder me = new Holder(bench.holders, x, true);
        MemorySegment payload = MemorySegment.ofArray(new byte[4000]);
        Summing reader = new Summing();
        Summing source = new Summing() {
            @Override
            public void room(int receiver) {
                if (bench.vsr.send(me, receiver, payload, Delivery.TRY) >= 0) {
                    count++;
                }
            }
        };
        Scanner scanner = bench.scanner(y, reader);
        Scanner sender = bench.scanner(x, source, me);
        while (bench.vsr.send(me, y, payload, Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(y).unread() <= 64 << 10);
        }

        assertNone(measured(() -> {
            bench.vsr.send(me, y, payload, Delivery.waking());
            scanner.poll(1);
            sender.poll(10);
        }));
        assertTrue(source.count > MESSAGES / 2, "called=" + source.count);
    }

    @Test
    void shouldAllocateNothingForBatchesWithChecksums() {
        bench.vsr.checked(y, true);
        Holder me = bench.holder(x);
        Summing reader = new Summing();
        Scanner scanner = bench.scanner(y, reader);
        MemorySegment messages = MemorySegment.ofArray(new byte[4 * 40]);

        assertNone(measured(() -> {
            bench.vsr.sendBatch(me, y, messages, 40, Delivery.TRY);
            scanner.poll(10);
        }));
        assertEquals(4 * (WARM_UP + MESSAGES), reader.count);
    }

    @Test
    void shouldAllocateNothingWhenTheRingIsFull() {
        Holder me = bench.holder(x);
        MemorySegment payload = MemorySegment.ofArray(new byte[4000]);
        while (bench.vsr.send(me, y, payload, Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(y).unread() <= 64 << 10);
        }

        assertNone(measured(() -> bench.vsr.send(me, y, payload, Delivery.TRY)));
    }

    @Test
    void shouldAllocateNothingOnTwoPlatformThreads() throws Exception {
        CompletableFuture<Double> scanned = new CompletableFuture<>();
        Summing reader = new Summing();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                scanned.complete(scan(reader));
            } catch (Throwable e) {
                scanned.completeExceptionally(e);
            }
        });
        Holder me = bench.holder(x);
        MemorySegment payload = MemorySegment.ofArray(new byte[100]);

        assertNone(measured(() -> {
            while (bench.vsr.send(me, y, payload, Delivery.TRY) < 0) {
                Thread.onSpinWait();
            }
        }));
        assertNone(scanned.get(20, TimeUnit.SECONDS));
    }

    private double scan(Summing reader) {
        Scanner scanner = bench.scanner(y, reader);
        while (reader.count < WARM_UP) {
            scanner.poll(100);
        }
        long start = reader.count;
        long before = threads.getCurrentThreadAllocatedBytes();
        while (reader.count < WARM_UP + MESSAGES) {
            scanner.poll(100);
        }
        return (threads.getCurrentThreadAllocatedBytes() - before)
                / (double) (reader.count - start);
    }
}
