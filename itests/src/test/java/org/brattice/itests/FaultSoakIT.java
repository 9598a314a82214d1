package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.brattice.api.DeadLetter;
import org.brattice.api.Fault;
import org.brattice.api.FaultInjection;
import org.brattice.api.FaultReport;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Injection;
import org.brattice.api.Injection.Effect;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Resource;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/**
 * Partitions that send to each other fail in all ways at once, for some rounds, while verdicts are given at random, modules come and go,
 * bundles stop, start and are updated, and resources move. After each round every message and every resource is accounted for.
 * {@code -Dbrattice.soak.seconds=N} for a long one, {@code -Dbrattice.seed=N} for the same choices.
 */
public class FaultSoakIT extends MoveTest implements Soaking.Soak {
    private static final int PARTITIONS = 16;
    private static final int ROUND_SECONDS = 4;
    private static final int SECONDS = Integer.getInteger("brattice.soak.seconds",
            3 * ROUND_SECONDS);
    private static final int PROCESSORS = 48;
    private static final int BLOCKS = 96;
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration DELAY = Duration.ofMillis(30);
    private static final List<String> VERDICTS = List.of("restart", "restart", "restart:30ms",
            "cold", "remap", "reassign", "reassign:s1", "hold", "quarantine", "ignore", "ignore");
    private static final Set<Effect> EFFECTS = Set.of(Effect.THROW, Effect.REFUSE, Effect.DROP,
            Effect.DUPLICATE, Effect.DELAY, Effect.CORRUPT);

    private final long seed = Long.getLong("brattice.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<String> names = IntStream.range(0, PARTITIONS).mapToObj(i -> "s" + i)
            .toList();
    private final List<Soaking> partitions = new ArrayList<>();
    private final Map<String, Map<String, Ledger>> ledgers = new HashMap<>();
    /** By name of the partition whose calls went wrong. */
    private final Map<String, Map<Effect, Long>> injected = new HashMap<>();
    private final Map<String, Integer> verdicts = new TreeMap<>();
    private final Map<Fault.Kind, Long> kinds = new EnumMap<>(Fault.Kind.class);
    private ServiceRegistration<RecoveryModule> module;
    private int versions;
    private volatile boolean paused = true;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling("100", "FaultSoakIT", "memory = " + BLOCKS + " MiB",
                "block = 1 MiB", "processors = " + PROCESSORS, "backing = anonymous",
                "retry.store = 1 MiB", "dead.letters = 1 MiB");
    }

    @After
    public void calm() {
        paused = true;
        hypervisor().injection().on(false);
        withdraw();
        hypervisor().deadLetters()
                .forEach(letter -> hypervisor().dropDeadLetter(letter.id()));
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public Ledger ledger(String sender, String receiver) {
        return ledgers.get(sender).get(receiver);
    }

    @Override
    public boolean paused() {
        return paused;
    }

    private List<Ledger> ledgers() {
        return ledgers.values().stream().flatMap(one -> one.values().stream()).toList();
    }

    private int sum(ToIntFunction<Ledger> count) {
        return ledgers().stream().mapToInt(count).sum();
    }

    private PartitionJar jar(String name) {
        int next = (names.indexOf(name) + 1) % PARTITIONS;
        return small(name, "memory=3 MiB", "memory.minimum=1 MiB", "processors=2", "deadline=700",
                "task.deadline=700", "retry.delay=5", "helper=s" + next)
                .version("1." + ++versions + ".0");
    }

    @Test
    public void shouldAccountForEveryMessageAndResource() throws Exception {
        System.out.println("soak: seed=" + seed + " seconds=" + SECONDS);
        int all = resources().size();
        for (String name : names) {
            ledgers.put(name, names.stream().collect(
                    Collectors.toMap(one -> one, one -> new Ledger(name, one))));
            injected.put(name, new EnumMap<>(Effect.class));
            partitions.add(new Soaking(name, this, random.split()));
            Puppets.behave(name, partitions.getLast());
            Bundle bundle = install(jar(name), "test:" + name);
            bundle.start();
        }
        int threads = 0;
        for (int round = 0; round < Math.ceilDiv(SECONDS, ROUND_SECONDS); round++) {
            round();
            account(all);
            System.out.println("soak: round=" + round + " messages=" + sum(Ledger::count)
                    + " threads=" + Thread.getAllStackTraces().size());
            if (round == 0) {
                threads = Thread.getAllStackTraces().size();
            }
        }
        tell();
        int now = Thread.getAllStackTraces().size();
        assertTrue("threads=" + now + " after the first round=" + threads,
                now <= threads + PARTITIONS);
        assertTrue("messages=" + sum(Ledger::count), sum(Ledger::count) > 1000);
    }

    private void tell() {
        Map<Effect, Long> effects = new EnumMap<>(Effect.class);
        injected.values().forEach(
                own -> own.forEach((effect, times) -> effects.merge(effect, times, Long::sum)));
        System.out.println("soak: messages=" + sum(Ledger::count) + " again=" + sum(Ledger::again)
                + " letters=" + sum(Ledger::letters) + " dropped=" + sum(Ledger::drops)
                + " duplicated=" + sum(Ledger::duplicates) + " damaged=" + sum(Ledger::missing)
                + " doubtful=" + sum(Ledger::doubtful) + " injected=" + effects + " faults="
                + kinds + " verdicts=" + verdicts + " bundles=" + versions + " seed=" + seed);
    }

    // A round

    private void round() throws Exception {
        long faultsBefore = hypervisor().faults().stream().mapToLong(Fault::sequence).max()
                .orElse(0);
        hypervisor().injection().on(true);
        for (String name : names) {
            Effect effect = EFFECTS.stream().sorted().toList()
                    .get(random.nextInt(EFFECTS.size()));
            hypervisor().injection().inject(new Injection(name, effect, "send", 0, 0.002,
                    random.nextLong(), 0, DELAY));
        }
        for (int i = 0; i < 2; i++) {
            hypervisor().injection().inject(new Injection(names.get(random.nextInt(PARTITIONS)),
                    Effect.HANG, "send", 0, 0.0005, random.nextLong(), 1, DELAY));
        }
        paused = false;
        partitions.forEach(FaultSoakIT::goOn);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ROUND_SECONDS);
        while (System.nanoTime() - end < 0) {
            something();
            noteLetters();
            LockSupport.parkNanos(2_000_000);
        }
        hypervisor().faults().stream().filter(fault -> fault.sequence() > faultsBefore)
                .forEach(fault -> kinds.merge(fault.kind(), fault.count(), Long::sum));
    }

    private static void goOn(Soaking partition) {
        try {
            partition.goOn();
        } catch (HypervisorCallException e) {
            // Its boot is over: the next one goes on by itself.
        }
    }

    private void something() throws Exception {
        String name = names.get(random.nextInt(PARTITIONS));
        switch (random.nextInt(12)) {
            case 0, 1 -> operator(name, VERDICTS.get(random.nextInt(VERDICTS.size())));
            case 2 -> bundle(name).stop();
            case 3, 4, 5 -> start(bundle(name));
            case 6 -> bundle(name).update(jar(name).stream());
            case 7 -> {
                withdraw();
                publish();
            }
            case 8 -> withdraw();
            default -> move(random.nextInt(8) == 0 ? "" : name);
        }
    }

    private Bundle bundle(String name) {
        return context.getBundle("test:" + name);
    }

    private static void start(Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException e) {
            // Its declaration is refused at present, for want of memory: it is started again later.
        }
    }

    private void operator(String name, String verdict) throws InterruptedException {
        try {
            Recovery recovery = hypervisor().recover(name, Verdict.of(verdict));
            verdicts.merge(recovery.verdict() + " " + recovery.state(), 1, Integer::sum);
        } catch (IllegalArgumentException e) {
            // It has not been admitted yet.
        }
    }

    private void move(String to) throws InterruptedException {
        Resource resource = random.nextBoolean()
                ? new Resource.Processor(random.nextInt(PROCESSORS))
                : new Resource.MemoryBlock(random.nextInt(BLOCKS));
        try {
            hypervisor().move(new MoveRequest(resource, to, random.nextBoolean(), SHORT, "a soak"));
        } catch (IllegalArgumentException e) {
            // What it keeps, the same owner, or moving already.
        }
    }

    private void withdraw() {
        if (module != null) {
            module.unregister();
            module = null;
        }
    }

    private void publish() {
        SplittableRandom own = random.split();
        module = context.registerService(RecoveryModule.class, report -> answer(report, own),
                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, 1)));
    }

    private synchronized Verdict answer(FaultReport report, SplittableRandom own) {
        switch (own.nextInt(20)) {
            case 0 -> throw new IllegalStateException("a module that fails");
            case 1 -> {
                return null;
            }
            case 2 -> {
                // Nothing of that name.
                return Verdict.of("reassign:" + report.partition().name());
            }
            default -> {
                return Verdict.of(VERDICTS.get(own.nextInt(VERDICTS.size())));
            }
        }
    }

    /** Letters make room for others, and are what has become of their messages. */
    private void noteLetters() {
        for (DeadLetter letter : hypervisor().deadLetters()) {
            assertTrue(letter.toString(), names.contains(letter.source()));
            ledger(letter.source(), letter.receiver()).letter(letter.position());
            hypervisor().dropDeadLetter(letter.id());
        }
    }

    // Between rounds

    private void account(int all) throws Exception {
        paused = true;
        withdraw();
        eventually("nobody sends but what hangs", () -> assertEquals(
                injections(Effect.HANG),
                partitions.stream().mapToInt(one -> one.underWay.get()).sum()));
        for (FaultInjection.Injected one : hypervisor().injection().rules()) {
            injected.get(one.rule().partition()).merge(one.rule().effect(), one.injected(),
                    Long::sum);
        }
        hypervisor().injection().on(false);
        eventually("what hung has ended",
                () -> assertEquals(List.of(), hypervisor().runaways()));
        eventually("all is read, or a letter", () -> {
            noteLetters();
            for (String name : names) {
                run(name);
                assertEquals(info(name).toString(), 0, info(name).unreadBytes());
            }
        });
        noteLetters();
        assertEquals(List.of(), ledgers().stream().flatMap(one -> one.wrong().stream()).toList());
        for (String sender : names) {
            long missing = ledgers.get(sender).values().stream().mapToInt(Ledger::missing).sum();
            long duplicates = ledgers.get(sender).values().stream().mapToInt(Ledger::duplicates)
                    .sum();
            assertTrue("of " + sender + " missing=" + ledgers.get(sender).values().stream()
                    .flatMap(one -> one.missed().stream()).toList() + " injected="
                    + injected.get(sender), missing <= of(sender, Effect.CORRUPT));
            assertTrue("of " + sender + " duplicates=" + duplicates + " injected="
                    + injected.get(sender), duplicates <= of(sender, Effect.DUPLICATE));
        }
        checkResources(all);
    }

    private long of(String name, Effect effect) {
        return injected.get(name).getOrDefault(effect, 0L);
    }

    private int injections(Effect effect) {
        return (int) hypervisor().injection().rules().stream()
                .filter(one -> one.rule().effect() == effect)
                .mapToLong(FaultInjection.Injected::injected).sum();
    }

    /** Whatever was decided about it, it runs now. */
    private void run(String name) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (hypervisor().partition(name).orElseThrow().state() != PartitionState.RUNNING) {
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException(hypervisor().why(name).toString());
            }
            start(bundle(name));
            operator(name, "restart");
            hypervisor().await(name, PartitionState.RUNNING, SHORT);
        }
    }
}
