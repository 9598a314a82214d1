package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.Delivery;
import org.brattice.api.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No sender can starve another of room for ever, and a slow receiver is slow for those alone who send to
 * it. The receiver is slower than its senders, so that its IPCA is full all the time.
 */
class FairnessTest {
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(30));
    private static final long LIMIT_NANOS = 60_000_000_000L;
    private static final int ENOUGH = 100;

    private final Bench bench = Bench.anonymous(32 << 20);
    private final int receiver = bench.partition("receiver", 4096);
    private final List<CompletableFuture<Void>> all = new ArrayList<>();
    private final Queue<Holder> holders = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @AfterEach
    void close() throws Exception {
        over = true;
        holders.forEach(Holder::end);
        for (CompletableFuture<Void> one : all) {
            one.get(30, TimeUnit.SECONDS);
        }
        bench.close();
    }

    /** What one partition does on a thread of its own. */
    private interface Work {
        void run(Holder me) throws Exception;
    }

    private void run(int number, boolean scanning, Work work) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        all.add(result);
        Thread.ofPlatform().daemon().start(() -> {
            Holder me = new Holder(bench.holders, number, scanning);
            me.bind();
            holders.add(me);
            try {
                work.run(me);
                result.complete(null);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            } finally {
                bench.holders.remove(me);
            }
        });
    }

    private void scan() {
        run(receiver, true, me -> {
            Scanner scanner = bench.scanner(receiver, new Recorder() {
                @Override
                public boolean message(Message message) {
                    Thread.onSpinWait();
                    return true;
                }
            }, me);
            while (!over) {
                if (scanner.poll(3) == 0) {
                    scanner.await(1_000_000);
                }
            }
        });
    }

    /** Tries again and again, and never waits. */
    private AtomicLong hammering(int size) {
        AtomicLong sent = new AtomicLong();
        MemorySegment payload = MemorySegment.ofArray(new byte[size]);
        run(bench.partition("hammering" + all.size(), 4096), false, me -> {
            while (!over) {
                if (bench.vsr.send(me, receiver, payload, Delivery.TRY) >= 0) {
                    sent.incrementAndGet();
                }
            }
        });
        return sent;
    }

    private AtomicLong waiting(int size) {
        AtomicLong sent = new AtomicLong();
        MemorySegment payload = MemorySegment.ofArray(new byte[size]);
        run(bench.partition("waiting" + all.size(), 4096), false, me -> {
            while (!over) {
                assertTrue(bench.vsr.send(me, receiver, payload, WAIT) >= 0 || over,
                        "waited in vain");
                sent.incrementAndGet();
            }
        });
        return sent;
    }

    /** Sends one message in each call that there is room, and is busy for so long between two scans. */
    private AtomicLong waking(int size, long busyNanos) {
        AtomicLong sent = new AtomicLong();
        MemorySegment payload = MemorySegment.ofArray(new byte[size]);
        int number = bench.partition("waking" + all.size(), 4096);
        run(number, true, me -> {
            Recorder reader = new Recorder() {
                @Override
                public void room(int at) {
                    if (bench.vsr.send(me, at, payload, Delivery.waking()) >= 0) {
                        sent.incrementAndGet();
                    }
                }
            };
            Scanner scanner = bench.scanner(number, reader, me);
            while (!over) {
                if (bench.vsr.send(me, receiver, payload, Delivery.waking()) >= 0) {
                    sent.incrementAndGet();
                }
                if (scanner.poll(10) == 0) {
                    scanner.await(10_000_000);
                }
                long until = System.nanoTime() + busyNanos;
                while (System.nanoTime() < until) {
                    LockSupport.parkNanos(until - System.nanoTime());
                }
            }
        });
        return sent;
    }

    private void awaitEnough(String who, AtomicLong sent) {
        awaitEnough(who, sent, ENOUGH);
    }

    private void awaitEnough(String who, AtomicLong sent, int enough) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (sent.get() < enough) {
            assertTrue(System.nanoTime() < deadline, () -> who + " starves: sent=" + sent + " line="
                    + bench.vsr.blockages().line(receiver));
            all.stream().filter(CompletableFuture::isCompletedExceptionally)
                    .forEach(CompletableFuture::join);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void shouldLetNobodyWhoWaitsStarveBesideThoseWhoTry() {
        scan();
        AtomicLong one = hammering(8);
        AtomicLong other = hammering(8);
        AtomicLong waiting = waiting(8);
        awaitEnough("who waits", waiting);
        awaitEnough("who tries", one);
        awaitEnough("who tries", other);
    }

    @Test
    void shouldLetNobodyWithLargeMessagesStarveBesideSmallOnes() {
        scan();
        hammering(8);
        AtomicLong small = waiting(8);
        AtomicLong large = waiting(480);
        awaitEnough("who sends large ones", large);
        awaitEnough("who sends small ones", small);
    }

    @Test
    void shouldLetNobodyWhoIsCalledStarveBesideThoseWhoTry() {
        scan();
        hammering(8);
        hammering(480);
        AtomicLong waking = waking(480, 0);
        awaitEnough("who is called", waking);
    }

    @Test
    void shouldLetNobodyWhoIsCalledStarveBesideThoseWhoWait() {
        scan();
        AtomicLong one = waiting(480);
        AtomicLong other = waiting(8);
        AtomicLong waking = waking(480, 0);
        awaitEnough("who is called", waking);
        awaitEnough("who waits", one);
        awaitEnough("who waits", other);
    }

    /** Later than 10 ms each time: it is given longer until it comes in time. */
    @Test
    void shouldLetNobodyStarveWhoseScanIsSlow() {
        scan();
        AtomicLong hammering = hammering(8);
        AtomicLong waking = waking(480, 30_000_000);
        awaitEnough("whose scan is slow", waking, 10);
        awaitEnough("who tries", hammering);
    }

    @Test
    void shouldServeManyOfEachKind() {
        scan();
        List<AtomicLong> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            senders.add(waiting(i % 2 == 0 ? 8 : 480));
            senders.add(waking(i % 2 == 0 ? 480 : 8, 0));
        }
        hammering(8);
        for (AtomicLong sent : senders) {
            awaitEnough("one of many", sent, 30);
        }
    }

    private enum Illness {
        /** Nobody scans: it has stopped, failed, or hangs. */
        DEAD,
        /** Its handler takes its time. */
        SLOW,
        /** Its handler never returns, and takes a processor's time. */
        LOOPING
    }

    private void fallIll(Illness illness) {
        if (illness == Illness.DEAD) {
            return;
        }
        run(receiver, true, me -> {
            Scanner scanner = bench.scanner(receiver, new Recorder() {
                @Override
                public boolean message(Message message) {
                    long until = System.nanoTime()
                            + (illness == Illness.SLOW ? 50_000_000 : LIMIT_NANOS);
                    while (System.nanoTime() < until && !over) {
                        if (illness == Illness.SLOW) {
                            LockSupport.parkNanos(until - System.nanoTime());
                        }
                    }
                    return true;
                }
            }, me);
            while (!over) {
                scanner.poll(1);
            }
        });
    }

    /**
     * A receiver that reads nothing, or little, slows nobody down but those who send to it; one that
     * takes a processor's time costs others that time.
     */
    @ParameterizedTest
    @EnumSource
    void shouldLeaveOthersTheirRateBesideAnIllReceiver(Illness illness) throws Exception {
        int well = bench.partition("well", 64 << 10);
        int source = bench.partition("source", 4096);
        AtomicLong read = new AtomicLong();
        run(well, true, me -> {
            Scanner scanner = bench.scanner(well, new Recorder() {
                @Override
                public boolean message(Message message) {
                    read.incrementAndGet();
                    return true;
                }
            }, me);
            while (!over) {
                if (scanner.poll(64) == 0) {
                    scanner.await(1_000_000);
                }
            }
        });
        MemorySegment payload = MemorySegment.ofArray(new byte[100]);
        run(source, false, me -> {
            while (!over) {
                assertTrue(bench.vsr.send(me, well, payload, WAIT) >= 0 || over);
            }
        });
        rate(read);
        double alone = rate(read);
        fallIll(illness);
        // It is full at once, and stays so.
        for (int i = 0; i < 4; i++) {
            int stuck = bench.partition("stuck" + i, 4096);
            run(stuck, false, me -> {
                while (!over) {
                    bench.vsr.send(me, receiver, payload, Delivery.waiting(Duration.ofMillis(50)));
                }
            });
        }
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (bench.vsr.blockages().line(receiver).size() < 4) {
            assertTrue(System.nanoTime() < deadline);
            Thread.onSpinWait();
        }
        double beside = rate(read);
        System.out.printf("FairnessTest rate alone=%.0f/s beside a receiver that is %s with four"
                + " waiting senders=%.0f/s%n", alone, illness, beside);
        assertTrue(beside > alone / (illness == Illness.LOOPING ? 10 : 3),
                "alone=" + alone + " beside=" + beside);
        assertTrue(bench.vsr.area(receiver).free() < 320, "it is full");
    }

    private static double rate(AtomicLong read) {
        long before = read.get();
        long start = System.nanoTime();
        long end = start + 400_000_000L;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        return (read.get() - before) * 1e9 / (System.nanoTime() - start);
    }
}
