package org.brattice.benchmarks.recovery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.brattice.api.Fault;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.brattice.benchmarks.machine.EmbeddedMachine;

/** From a fault to a partition that runs again, by verdict; and how many faults a storm makes. */
final class Verdicts {
    private static final int FAULTS = 300;
    /** Each leaves a thread behind that loops: the carriers are 16. */
    private static final int HANGS = 8;
    /** Of one kind of fault of a partition the next is reported after a pause. */
    private static final long PAUSE_MILLIS = 30;
    private static final int STORM = 300_000;
    private static final long DEADLINE_MILLIS = 100;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path target;

    Verdicts(Path target) {
        this.target = target;
    }

    void run() throws Exception {
        try (EmbeddedMachine machine = machine()) {
            Unruly alice = Unruly.run(machine, "alice", Map.of("attempts", "1"));
            Unruly bob = Unruly.run(machine, "bob", Map.of("processors", "2"));
            reported(machine, bob);
            for (String verdict : List.of("restart", "cold", "remap", "hold", "quarantine",
                    "reassign")) {
                carriedOut(machine, verdict, FAULTS / 10);
                print("a verdict of an operator's, " + verdict + ", until it is carried out",
                        carriedOut(machine, verdict, FAULTS));
            }
            storm(alice, machine);
        }
    }

    /** Apart, as what hangs goes on. */
    void hang() throws Exception {
        try (EmbeddedMachine machine = machine()) {
            hangs(machine, Unruly.run(machine, "bob", Map.of("processors", "2")));
        }
    }

    private EmbeddedMachine machine() throws Exception {
        EmbeddedMachine machine = new EmbeddedMachine(target, List.of("memory = 128 MiB",
                "block = 64 KiB", "processors = 256", "partitions = 128"));
        machine.partitions().registerService(RecoveryModule.class,
                report -> report.fault().kind() == Fault.Kind.PROCESSOR_HUNG
                        ? Verdict.of("restart")
                        : new Verdict.Ignore(),
                new Hashtable<>(Map.of()));
        return machine;
    }

    /** A handler throws: until a module has answered, and that was noted. */
    private static void reported(EmbeddedMachine machine, Unruly bob) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < FAULTS; i++) {
            Thread.sleep(PAUSE_MILLIS);
            long before = latest(machine);
            send(machine, bob, "alice", Unruly.THROW);
            Recovery recovery = next(machine, before);
            millis.add(recovery.took().toNanos() / 1e6);
            machine.hypervisor().deadLetters()
                    .forEach(letter -> machine.hypervisor().dropDeadLetter(letter.id()));
        }
        print("a fault of a handler, until a module's verdict (ignore) is carried out", millis);
    }

    private static List<Double> carriedOut(EmbeddedMachine machine, String verdict, int times)
            throws InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Recovery recovery = machine.hypervisor().recover("alice", Verdict.of(verdict));
            if (recovery.state() != Recovery.State.DONE) {
                throw new IllegalStateException(recovery.toString());
            }
            millis.add(recovery.took().toNanos() / 1e6);
            // Regions that were left come back as boots end; and what has no boot is to have one again.
            if (verdict.equals("remap") ? i % 25 == 24 : !machine.runs("alice")) {
                machine.hypervisor().recover("alice", Verdict.of("restart"));
            }
        }
        return millis;
    }

    /** An event scan that hangs, ignoring all: how late it is found, and how soon it runs again. */
    private static void hangs(EmbeddedMachine machine, Unruly bob) throws Exception {
        List<Double> late = new ArrayList<>();
        List<Double> again = new ArrayList<>();
        for (int i = 0; i < HANGS; i++) {
            Unruly.run(machine, "hung" + i,
                    Map.of("deadline", Long.toString(DEADLINE_MILLIS)));
            long before = latest(machine);
            long start = System.nanoTime();
            send(machine, bob, "hung" + i, Unruly.LOOP);
            Recovery recovery = next(machine, before);
            double whole = (System.nanoTime() - start) / 1e6;
            double took = recovery.took().toNanos() / 1e6;
            again.add(took);
            late.add(whole - took - DEADLINE_MILLIS);
            if (recovery.state() != Recovery.State.DONE) {
                throw new IllegalStateException(recovery.toString());
            }
        }
        print("an event scan that loops, found later than its deadline of " + DEADLINE_MILLIS
                + " ms by", late);
        print("from there until it runs again, among up to " + HANGS + " such runaways", again);
    }

    private static void storm(Unruly alice, EmbeddedMachine machine) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        long[] took = new long[1];
        alice.does(() -> {
            long start = System.nanoTime();
            for (int i = 0; i < STORM; i++) {
                try {
                    machine.ipca().recordLimit(1_000_000);
                    machine.ipca().send(1_000_000, Unruly.text("x"));
                } catch (HypervisorCallException e) {
                    // Refused, again and again.
                }
            }
            took[0] = System.nanoTime() - start;
            over.countDown();
        });
        over.await();
        System.out.printf(Locale.ROOT, "a storm of one partition: %.0f faults a second%n",
                STORM * 1e9 / took[0]);
    }

    private static void send(EmbeddedMachine machine, Unruly from, String to, String text)
            throws InterruptedException {
        CountDownLatch sent = new CountDownLatch(1);
        from.does(() -> {
            machine.ipca().send(machine.ipca().number(to), Unruly.text(text));
            sent.countDown();
        });
        sent.await();
    }

    private static long latest(EmbeddedMachine machine) {
        List<Recovery> all = machine.hypervisor().recoveries();
        return all.isEmpty() ? 0 : all.getLast().id();
    }

    private static Recovery next(EmbeddedMachine machine, long before) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            List<Recovery> all = machine.hypervisor().recoveries();
            for (Recovery one : all) {
                if (one.id() > before && one.state() != Recovery.State.BEGUN) {
                    return one;
                }
            }
            Thread.yield();
        }
        throw new IllegalStateException("nothing was recovered in " + LIMIT);
    }

    static void print(String what, List<Double> millis) {
        Collections.sort(millis);
        System.out.printf(Locale.ROOT, "%s: median %.2f ms, 99 %% %.2f ms, most %.2f ms, of %d%n",
                what,
                millis.get(millis.size() / 2), millis.get(millis.size() * 99 / 100),
                millis.getLast(), millis.size());
    }
}
