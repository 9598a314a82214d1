package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.brattice.api.Delivery;
import org.brattice.api.Message;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoorbellTest {
    private static final int ROUNDS = 100_000;
    /** Far longer than any wake-up takes: a sleep that ends by itself is a lost wake-up. */
    private static final long SLEEP = TimeUnit.SECONDS.toNanos(8);

    /** A try may lose too many races against a scanner that falls asleep. */
    private static final Delivery WAIT = new Delivery(SLEEP, false, false, false);

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", 4096);
    private final int y = bench.partition("y", 4096);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @AfterEach
    void close() {
        bench.close();
    }

    /** Answers each message until the last round; sleeps whenever there is none. */
    private final class Player extends Recorder {
        private final int peer;
        private final Holder me;
        private final MemorySegment ball = MemorySegment.ofArray(new long[1]);
        private volatile long rounds;

        private Player(int number, int peer) {
            this.peer = peer;
            this.me = new Holder(bench.holders, number, true);
        }

        @Override
        public boolean message(Message message) {
            rounds = message.getLong(0);
            return rounds >= ROUNDS || hit(rounds + 1);
        }

        private boolean hit(long round) {
            ball.set(MessageView.LONG, 0, round);
            return bench.vsr.send(me, peer, ball, WAIT) >= 0;
        }

        private void play(boolean serves) {
            Scanner scanner = bench.scanner(me.number(), this, me);
            if (serves) {
                hit(1);
            }
            while (rounds < ROUNDS - 1) {
                if (scanner.poll(10) == 0) {
                    long start = System.nanoTime();
                    scanner.await(SLEEP);
                    assertTrue(System.nanoTime() - start < SLEEP / 2,
                            "lost wake-up after round=" + rounds);
                }
            }
        }
    }

    @Test
    void shouldWakeASleepingScannerByEveryMessage() throws Exception {
        Player one = new Player(x, y);
        Player two = new Player(y, x);
        Thread first = started(Thread.ofVirtual(), () -> one.play(true));
        Thread second = started(Thread.ofVirtual(), () -> two.play(false));

        assertTrue(first.join(java.time.Duration.ofSeconds(20)), "rounds=" + one.rounds);
        assertTrue(second.join(java.time.Duration.ofSeconds(20)), "rounds=" + two.rounds);
        assertEquals(null, failure.get());
        assertTrue(one.rounds + two.rounds >= 2 * ROUNDS - 2);
    }

    private Thread started(Thread.Builder builder, Runnable program) {
        return builder.start(() -> {
            try {
                program.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    @Test
    void shouldWakeASleepingPlatformThread() throws Exception {
        CountDownLatch[] read = {new CountDownLatch(1)};
        Recorder recorder = new Recorder() {
            @Override
            public boolean message(Message message) {
                read[0].countDown();
                return true;
            }
        };
        Thread sleeper = Thread.ofPlatform().daemon().start(() -> {
            Scanner scanner = bench.scanner(y, recorder);
            while (!recorder.stopping) {
                scanner.poll(10);
                scanner.await(SLEEP);
            }
        });
        Holder me = bench.holder(x);
        for (int i = 0; i < 1000; i++) {
            long deadline = System.nanoTime() + SLEEP / 2;
            while (bench.word(y, FrameLayout.CONTROL_SLEEPING) == 0) {
                assertTrue(System.nanoTime() < deadline, "it never falls asleep");
                Thread.onSpinWait();
            }
            assertTrue(bench.send(me, y, "wake") >= 0);
            assertTrue(read[0].await(SLEEP / 2, TimeUnit.NANOSECONDS), "lost wake-up " + i);
            read[0] = new CountDownLatch(1);
        }
        recorder.stopping = true;
        bench.vsr.ring(y);
        sleeper.join();
    }

    @Test
    void shouldNotSleepOnWhatIsThere() {
        Scanner scanner = bench.scanner(y, new Recorder());
        bench.send(bench.holder(x), y, "there");

        long start = System.nanoTime();
        scanner.await(SLEEP);

        assertTrue(System.nanoTime() - start < SLEEP / 2);
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_SLEEPING));
    }

    @Test
    void shouldWakeTheSourceThatAskedToBeNotified() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        CountDownLatch scanning = new CountDownLatch(1);
        Recorder source = new Recorder() {
            @Override
            public void read(int receiver, long position) {
                heard.countDown();
            }
        };
        Thread sleeper = Thread.ofPlatform().daemon().start(() -> {
            Scanner scanner = bench.scanner(x, source);
            scanning.countDown();
            while (heard.getCount() > 0) {
                if (scanner.poll(10) == 0) {
                    scanner.await(SLEEP);
                }
            }
        });
        scanning.await();
        bench.vsr.send(bench.holder(x), y, Bench.segment("?"), Delivery.TRY.notified());

        bench.scanner(y, new Recorder()).poll(1);

        assertTrue(heard.await(SLEEP / 2, TimeUnit.NANOSECONDS));
        sleeper.join();
    }
}
