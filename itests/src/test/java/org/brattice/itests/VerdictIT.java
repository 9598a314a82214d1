package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

import org.brattice.api.BlockAdapter;
import org.brattice.api.Fault.Kind;
import org.brattice.api.Injection;
import org.brattice.api.IoAdapter;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/**
 * Each kind of fault, really brought about, with each verdict that one partition can have. Not here: LEASE_LOST, which
 * needs a sender that is killed in the middle of a hypervisor call; MODULE_FAILED, whose culprit is no partition; and
 * escalate, which ends the process.
 */
public class VerdictIT extends MoveTest {
    private static final String SLOT = "U1-P1-C7";
    private static final Set<Kind> NOT_HERE = EnumSet.of(Kind.LEASE_LOST, Kind.MODULE_FAILED);
    /** Kinds after which it has no boot. */
    private static final Set<Kind> NOT_BOOTED = EnumSet.of(Kind.BOOT_FAILED,
            Kind.DEADLINE_MISSED);
    /** Kinds after which it has no firmware. */
    private static final Set<Kind> WITHOUT_FIRMWARE = EnumSet.of(Kind.HALT_FAILED,
            Kind.DEPENDENCY_LOST);
    private static final List<String> VERDICTS = List.of("restart", "cold", "rollback", "remap",
            "reassign", "hold", "quarantine", "ignore");

    private final Map<Kind, Provocation> provocations = new EnumMap<>(Kind.class);
    /** Milliseconds, by verdict. */
    private final Map<String, List<Long>> took = new TreeMap<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private Terminal bob;
    private Terminal carol;
    /** Of the partition that is to lose what it depends on. */
    private Bare bare;

    /** Brings a fault about. */
    private interface Provocation {
        void provoke(Wild wild, Bundle bundle) throws Exception;
    }

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling("100", "VerdictIT", "memory = 64 MiB", "block = 1 MiB",
                "partitions = 256", "processors = 16", "backing = anonymous");
    }

    private void provocations() {
        provocations.put(Kind.BOOT_FAILED, (wild, bundle) -> {
            wild.fails = true;
            bundle.stop();
            bundle.start();
        });
        provocations.put(Kind.DEADLINE_MISSED, (wild, bundle) -> {
            wild.hangs = true;
            bundle.stop();
            bundle.start();
        });
        told(Kind.HANDLER_THREW, "do throw");
        told(Kind.POISONED, "always throw");
        told(Kind.PROCESSOR_HUNG, "do block");
        told(Kind.OUT_OF_MEMORY, "do fill");
        told(Kind.ILLEGAL_CALL, "do nobody");
        told(Kind.OUT_OF_BOUNDS, "do beyond");
        // Together they are more than the retry store has room for.
        provocations.put(Kind.STORE_FULL, (wild, bundle) -> {
            for (Terminal sender : List.of(bob, carol)) {
                sender.send(wild.name, "do throw" + " ".repeat(28 << 10));
            }
        });
        provocations.put(Kind.TASK_THREW, (wild, bundle) -> wild.boot.run(() -> {
            throw new IllegalStateException("told to");
        }));
        provocations.put(Kind.HALT_FAILED, (wild, bundle) -> {
            wild.haltFails = true;
            bundle.stop();
        });
        provocations.put(Kind.CORRUPTED, (wild, bundle) -> corrupt(wild));
        provocations.put(Kind.DEVICE_FAILED, (wild, bundle) -> wild.boot.run(() -> {
            try {
                wild.boot.device(SLOT).read(0, MemorySegment.ofArray(new byte[10]));
            } catch (IOException e) {
                // It is reported.
            }
        }));
        provocations.put(Kind.DEPENDENCY_LOST, (wild, bundle) -> bare.go());
    }

    private void told(Kind kind, String what) {
        provocations.put(kind, (wild, bundle) -> bob.send(wild.name, what));
    }

    /** Bob's next message is damaged before it is read. */
    private void corrupt(Wild wild) throws Exception {
        int number = bob.number(wild.name);
        hypervisor().injection().on(true);
        hypervisor().injection().inject(new Injection("bob", Injection.Effect.CORRUPT, "send", 1, 0,
                0, 0, Duration.ZERO));
        wild.run(() -> {
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    bob.run(() -> bob.ipca.send(number, Terminal.bytes("damaged")));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.join();
        });
        hypervisor().injection().on(false);
    }

    /** What is to come of a verdict: whether it is carried out, and the state of the partition then. */
    private static String expected(Kind kind, String verdict) {
        boolean gone = WITHOUT_FIRMWARE.contains(kind);
        String as = NOT_BOOTED.contains(kind) ? "FAILED" : gone ? "STOPPED" : "RUNNING";
        return switch (verdict) {
            case "restart", "cold" -> gone ? "FAILED " + as : "DONE RUNNING";
            case "rollback" -> gone ? "FAILED FAILED" : "DONE RUNNING";
            // What hangs does not come to it.
            case "remap" -> (kind == Kind.PROCESSOR_HUNG ? "FAILED " : "DONE ") + as;
            case "reassign" -> "DONE " + (kind == Kind.PROCESSOR_HUNG || as.equals("FAILED")
                    ? "FAILED"
                    : "STOPPED");
            case "hold", "quarantine" -> "DONE FAILED";
            case "ignore" -> "DONE " + as;
            default -> throw new IllegalArgumentException(verdict);
        };
    }

    @Test
    public void shouldCarryOutEachVerdictOfEachKindOfFault() throws Exception {
        provocations();
        Set<Kind> all = EnumSet.allOf(Kind.class);
        all.removeAll(NOT_HERE);
        assertEquals("each kind is brought about", all, provocations.keySet());
        bob = terminal("bob");
        carol = terminal("carol");
        ServiceRegistration<IoAdapter> adapter = context.registerService(IoAdapter.class,
                new WornOut(), new Hashtable<>(Map.of(IoAdapter.LOCATION, SLOT)));
        Map<String, String> wrong = new LinkedHashMap<>();
        try {
            for (Kind kind : provocations.keySet()) {
                for (String verdict : VERDICTS) {
                    String what = kind + " " + verdict;
                    String outcome;
                    try {
                        outcome = outcome(kind, verdict);
                    } catch (AssertionError e) {
                        outcome = e.toString();
                    }
                    if (!outcome.startsWith(expected(kind, verdict) + ":")) {
                        wrong.put(what, outcome + " instead of " + expected(kind, verdict));
                    }
                }
            }
        } finally {
            release.countDown();
            adapter.unregister();
        }
        assertEquals("", String.join("\n",
                wrong.entrySet().stream().map(Object::toString).toList()));
        took.forEach((verdict, millis) -> System.out.println("verdicts: " + verdict
                + " from the fault until carried out, ms: median="
                + millis.stream().sorted().skip(millis.size() / 2).findFirst().orElseThrow()
                + " most=" + Collections.max(millis)));
        System.out.println("verdicts: kinds=" + provocations.size() + " verdicts="
                + VERDICTS.size() + " combinations=" + provocations.size() * VERDICTS.size());
    }

    /** {@code STATE-OF-RECOVERY STATE-OF-PARTITION: outcome}. */
    private String outcome(Kind kind, String verdict) throws Exception {
        String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + verdict;
        Wild wild = new Wild(name, release);
        Puppets.behave(name, wild);
        Bundle bundle = bundle(name, kind, verdict);
        ServiceRegistration<RecoveryModule> module = context.registerService(RecoveryModule.class,
                report -> {
                    wild.fails = false;
                    return Verdict.of(verdict);
                }, new Hashtable<>(Map.of(Constants.SERVICE_RANKING, 1, RecoveryModule.FAULTS,
                        kind.name(), RecoveryModule.PARTITIONS, name)));
        provocations.get(kind).provoke(wild, bundle);
        List<Recovery> done = new ArrayList<>();
        eventually(name, () -> {
            done.clear();
            hypervisor().recoveries().stream().filter(one -> one.partition().equals(name)
                    && one.kind() == kind && one.state() != Recovery.State.BEGUN)
                    .forEach(done::add);
            assertTrue(info(name).toString(), !done.isEmpty());
        });
        module.unregister();
        if (done.getFirst().state() == Recovery.State.DONE) {
            took.computeIfAbsent(verdict, any -> new ArrayList<>())
                    .add(done.getFirst().took().toMillis());
        }
        String outcome = done.getFirst().state() + " " + info(name).state() + ": "
                + done.getFirst().outcome() + " verdict=" + done.getFirst().verdict();
        bundle.uninstall();
        hypervisor().destroy(name, true);
        hypervisor().deadLetters().forEach(letter -> hypervisor().dropDeadLetter(letter.id()));
        return outcome;
    }

    /** A bundle whose partition runs; and what could be rolled back to when the verdict is that. */
    private Bundle bundle(String name, Kind kind, String verdict) throws Exception {
        List<String> attributes = new ArrayList<>(
                List.of("memory=1 MiB", "ipca=256 KiB",
                        "retry.delay=" + (kind == Kind.STORE_FULL ? 600_000 : 0),
                        "deadline=" + (kind == Kind.PROCESSOR_HUNG ? 100 : 10_000)));
        if (kind == Kind.POISONED) {
            attributes.add("attempts=2");
        }
        if (kind == Kind.DEVICE_FAILED) {
            attributes.add("slots=" + SLOT);
        }
        PartitionJar jar = new PartitionJar("test." + name).declare(name,
                attributes.toArray(String[]::new));
        boolean depends = kind == Kind.DEPENDENCY_LOST;
        Bundle bundle = install(depends ? jar : jar.firmware(name), "test:" + name);
        run(bundle, name, depends);
        if (verdict.equals("rollback")) {
            Path good = Path.of(context.getProperty("brattice.data"), "good",
                    "test." + name + ".good");
            eventually("it ran well", () -> assertTrue(Files.exists(good)));
            if (depends) {
                bare.go();
            }
            bundle.update(jar.version("1.1.0").stream());
            run(bundle, name, depends);
        }
        return bundle;
    }

    private void run(Bundle bundle, String name, boolean depends) throws Exception {
        bundle.start();
        if (depends) {
            bare = new Bare(bundle, name);
            bare.come();
        }
        await(name, PartitionState.RUNNING);
    }

    /** An adapter whose device is broken. */
    private static final class WornOut implements BlockAdapter {
        @Override
        public long size() {
            return 1 << 20;
        }

        @Override
        public void read(long offset, MemorySegment target) throws IOException {
            throw new IOException("worn out");
        }
    }
}
