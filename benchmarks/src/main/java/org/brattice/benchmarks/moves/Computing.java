package org.brattice.benchmarks.moves;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import org.brattice.api.Boot;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;
import org.brattice.benchmarks.machine.EmbeddedMachine;

/** How much a partition computes on one processor and on two, alone and beside a competitor that computes too. */
final class Computing {
    private static final byte[] PIECE = new byte[512 << 10];
    private static final int ROUNDS = 5;
    private static final long WINDOW_MILLIS = 1000;

    private final Path target;

    Computing(Path target) {
        this.target = target;
    }

    /** Digests, piece by piece, each a task. */
    private static final class Work {
        private final Boot boot;
        private final LongAdder done = new LongAdder();
        private final AtomicBoolean over = new AtomicBoolean();

        Work(Boot boot, int tasks) {
            this.boot = boot;
            for (int i = 0; i < tasks; i++) {
                boot.run(this::piece);
            }
        }

        private void piece() {
            try {
                MessageDigest.getInstance("SHA-256").digest(PIECE);
                done.increment();
                if (!over.get()) {
                    boot.run(this::piece);
                }
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            } catch (HypervisorCallException e) {
                over.set(true);
            }
        }

        double rate() throws InterruptedException {
            long before = done.sum();
            long start = System.nanoTime();
            Thread.sleep(WINDOW_MILLIS);
            return (done.sum() - before) * 1e9 / (System.nanoTime() - start);
        }

        void end() {
            over.set(true);
        }
    }

    void run() throws Exception {
        try (EmbeddedMachine machine = new EmbeddedMachine(target,
                List.of("memory = 256 MiB", "block = 16 MiB", "processors = 8"))) {
            // A scan period of an hour: no auction moves anything here.
            Boot alice = Resident.run(machine, "alice", "scan.period=3600000").boot();
            Boot bob = Resident.run(machine, "bob", "processors=2", "processors.minimum=2",
                    "scan.period=3600000").boot();
            Resource spare = new Resource.Processor(machine.hypervisor().holdings().getFirst()
                    .processors().getLast());
            System.out.println("host processors: " + Runtime.getRuntime().availableProcessors());
            double[] ratios = new double[ROUNDS];
            double[] beside = new double[ROUNDS];
            for (int i = -1; i < ROUNDS; i++) {
                double alone = ratio(machine, alice, spare, i >= 0 ? "alone" : "warming up");
                Work competitor = new Work(bob, 4);
                double pressed = ratio(machine, alice, spare,
                        i >= 0 ? "beside a competitor on two" : "warming up");
                competitor.end();
                if (i >= 0) {
                    ratios[i] = alone;
                    beside[i] = pressed;
                }
            }
            Arrays.sort(ratios);
            Arrays.sort(beside);
            System.out.printf(Locale.ROOT,
                    "computing on two processors, of one: median %.2f; beside a competitor on two:"
                            + " median %.2f%n",
                    ratios[ROUNDS / 2], beside[ROUNDS / 2]);
        }
    }

    private static double ratio(EmbeddedMachine machine, Boot alice, Resource spare, String how)
            throws InterruptedException {
        Work work = new Work(alice, 4);
        double one = work.rate();
        move(machine, spare, "alice");
        double two = work.rate();
        System.out.printf(Locale.ROOT, "pieces a second %s: one processor %.0f, two %.0f%n", how,
                one,
                two);
        work.end();
        move(machine, spare, "");
        return two / one;
    }

    private static void move(EmbeddedMachine machine, Resource resource, String to)
            throws InterruptedException {
        machine.hypervisor().move(
                new MoveRequest(resource, to, false, Duration.ofSeconds(5), "measured"));
    }
}
