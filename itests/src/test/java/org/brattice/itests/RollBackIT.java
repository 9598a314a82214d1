package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.Boot;
import org.brattice.api.Fault;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Move;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;

/** A bad update is rolled back to the jar that last ran well. What runs so for 300 ms runs well here. */
public class RollBackIT extends MoveTest {
    private static final Verdict ROLL_BACK = new Verdict.RollBack();
    /** How long a jar runs without a fault until it is kept: Container says it. */
    private static final long WELL_NANOS = 300_000_000;

    /** Whether what was unwell is no more. */
    private volatile boolean calm;
    private final Set<String> bad = ConcurrentHashMap.newKeySet();
    private ServiceRegistration<RecoveryModule> module;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling("300", "RollBackIT", "memory = 32 MiB", "block = 1 MiB",
                "processors = 16",
                "backing = anonymous");
    }

    @After
    public void withdraw() {
        calm = true;
        if (module != null) {
            module.unregister();
        }
    }

    private void answer(Verdict verdict) {
        module = context.registerService(RecoveryModule.class,
                report -> report.good().isEmpty() ? null : verdict,
                new Hashtable<>(Map.of(RecoveryModule.FAULTS, Fault.Kind.BOOT_FAILED.name())));
    }

    /** Felix refuses an update while it refreshes what was rolled back: who updates tries again. */
    private static void update(Bundle bundle, PartitionJar jar) throws Exception {
        eventually("it can be updated", () -> {
            try {
                bundle.update(jar.stream());
            } catch (BundleException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Versions that are bad fail to boot. */
    private Terminal versioned(String name) {
        Terminal terminal = new Terminal(name) {
            @Override
            public Firmware firmware(BundleContext own, IpcaService service) {
                String version = own.getBundle().getVersion().toString();
                return new Hands(own, service) {
                    @Override
                    public void boot(Boot newBoot) {
                        if (bad.contains(version)) {
                            throw new IllegalStateException("bad update");
                        }
                        super.boot(newBoot);
                    }
                };
            }
        };
        Puppets.behave(name, terminal);
        return terminal;
    }

    private static PartitionJar jar(String name, String version) {
        return small(name).version(version);
    }

    private void awaitGood(String name, String version) throws Exception {
        eventually(version + " ran well", () -> assertTrue(isGood(name, version)));
    }

    private boolean isGood(String name, String version) throws IOException {
        Path good = Path.of(context.getProperty("brattice.data"), "good", "test." + name + ".good");
        return Files.exists(good)
                && Files.readAllLines(good).getLast().equals("test." + name + "/" + version);
    }

    private void awaitVersion(Bundle bundle, String name, String version) throws Exception {
        eventually(version + " runs", () -> {
            assertEquals(version, bundle.getVersion().toString());
            assertEquals(info(name).reason(), PartitionState.RUNNING, info(name).state());
        });
    }

    @Test
    public void shouldRollBackABadUpdateAndNotLetItComeBack() throws Exception {
        Terminal alice = versioned("alice");
        Terminal bob = terminal("bob");
        answer(ROLL_BACK);
        bad.add("1.1.0");
        Bundle bundle = install(jar("alice", "1.0.0"), "test:alice");
        bundle.start();
        awaitGood("alice", "1.0.0");
        int number = info("alice").number();

        bundle.update(jar("alice", "1.1.0").stream());
        bob.send("alice", "across");

        awaitVersion(bundle, "alice", "1.0.0");
        assertEquals("bob: across", alice.next());
        assertEquals(number, info("alice").number());
        eventually("it is told", () -> {
            Recovery recovery = hypervisor().recoveries().getLast();
            assertEquals("rollback DONE", recovery.verdict() + " " + recovery.state());
            assertTrue(recovery.outcome(),
                    recovery.outcome().startsWith("it runs test.alice/1.0.0 ["));
        });

        // As the deploy folder would bring it again.
        long boots = info("alice").boots();
        bundle.stop(Bundle.STOP_TRANSIENT);
        bundle.update(jar("alice", "1.1.0").stream());
        awaitVersion(bundle, "alice", "1.0.0");
        assertEquals("what was rolled back does not boot again", boots + 1, info("alice").boots());

        bundle.update(jar("alice", "1.2.0").stream());
        awaitVersion(bundle, "alice", "1.2.0");
        awaitGood("alice", "1.2.0");
        bob.send("alice", "on");
        assertEquals("bob: on", alice.next());
    }

    @Test
    public void shouldSayWhyItCannotRollBack() throws Exception {
        versioned("carol");
        bad.add("1.0.0");
        Bundle bundle = install(jar("carol", "1.0.0"), "test:carol");
        bundle.start();
        await("carol", PartitionState.FAILED);
        assertEquals("there is no other jar of it that ran well",
                hypervisor().recover("carol", ROLL_BACK).outcome());
        bad.clear();
        bundle.stop();
        bundle.start();
        awaitGood("carol", "1.0.0");
        assertEquals("there is no other jar of it that ran well",
                hypervisor().recover("carol", ROLL_BACK).outcome());
        assertEquals("it goes on", PartitionState.RUNNING, info("carol").state());
    }

    @Test
    public void shouldKeepNoJarWithFaults() throws Exception {
        Terminal dave = versioned("dave");
        int version = 0;
        Bundle bundle = install(jar("dave", "1.0.0"), "test:dave");
        bundle.start();
        await("dave", PartitionState.RUNNING);
        // A busy machine may come too late with a fault: then the jar is kept, and rightly so.
        while (!isUnwell(dave, "1.0." + version)) {
            assertTrue("the machine is too busy for faults in time", ++version < 10);
            bundle.update(jar("dave", "1.0." + version).stream());
            await("dave", PartitionState.RUNNING);
        }
        awaitGood("dave", "1.0." + version);
    }

    /** Whether faults came in time for 0.9 s; as long as they did, no jar was kept. */
    private boolean isUnwell(Terminal terminal, String version) throws Exception {
        long last = System.nanoTime();
        long end = last + 900_000_000;
        while (last < end) {
            terminal.boot.run(() -> {
                throw new IllegalStateException("now and then");
            });
            last = System.nanoTime();
            Thread.sleep(50);
            boolean good = isGood(terminal.name, version);
            if (System.nanoTime() - last > WELL_NANOS / 2) {
                return false;
            }
            assertFalse(version + " is kept", good);
        }
        return true;
    }

    @Test
    public void shouldSayThatTheGoodJarDoesNotBoot() throws Exception {
        Terminal erin = versioned("erin");
        Bundle bundle = install(jar("erin", "1.0.0"), "test:erin");
        bundle.start();
        awaitGood("erin", "1.0.0");
        bundle.update(small("erin", "memory=2 MiB").version("1.1.0").stream());
        await("erin", PartitionState.RUNNING);
        unwell(erin);
        Recovery recovery = hypervisor().recover("erin", ROLL_BACK);
        assertEquals(Recovery.State.FAILED, recovery.state());
        assertTrue(recovery.outcome(), recovery.outcome().startsWith("its bundle was rolled back to"
                + " test.erin/1.0.0, and it does not boot: memory=1 MiB must be at least 2 MiB"));
    }

    @Test
    public void shouldNotStartWhatAnOperatorHasStopped() throws Exception {
        versioned("frank");
        answer(ROLL_BACK);
        bad.add("1.1.0");
        Bundle bundle = install(jar("frank", "1.0.0"), "test:frank");
        bundle.start();
        awaitGood("frank", "1.0.0");
        bundle.update(jar("frank", "1.1.0").stream());
        awaitVersion(bundle, "frank", "1.0.0");

        bundle.stop();
        bundle.update(jar("frank", "1.1.0").stream());
        eventually("it is rolled back",
                () -> assertEquals("1.0.0", bundle.getVersion().toString()));
        update(bundle, jar("frank", "1.2.0"));
        // What was rolled back first may not have been refreshed yet.
        eventually("it is rolled back again", () -> {
            Recovery recovery = hypervisor().recover("frank", ROLL_BACK);
            assertEquals(Recovery.State.FAILED, recovery.state());
            assertEquals("its bundle was rolled back to test.frank/1.0.0, and stays stopped:"
                    + " start it", recovery.outcome());
        });
        assertNotEquals(Bundle.ACTIVE, bundle.getState());
        bundle.start();
        awaitVersion(bundle, "frank", "1.0.0");
    }

    @Test
    public void shouldGoOnWhenItCannotBeRolledBack() throws Exception {
        Terminal grace = versioned("grace");
        Bundle bundle = updated(grace);
        Path kept = kept("grace");
        Files.write(kept, "no jar".getBytes());
        Recovery recovery = hypervisor().recover("grace", ROLL_BACK);
        assertEquals(Recovery.State.FAILED, recovery.state());
        assertTrue(recovery.outcome(), recovery.outcome()
                .startsWith("it cannot be rolled back to " + kept + ": "));
        awaitVersion(bundle, "grace", "1.1.0");
        assertEquals("nobody is told of a jar that cannot be had",
                "there is no other jar of it that ran well",
                hypervisor().recover("grace", ROLL_BACK).outcome());
        calm = true;
        awaitGood("grace", "1.1.0");
    }

    @Test
    public void shouldGoOnWhenTheFrameworkRefusesTheGoodJar() throws Exception {
        Terminal gwen = versioned("gwen");
        Terminal bob = terminal("bob");
        Bundle bundle = updated(gwen);
        Files.write(kept("gwen"), jar("gwen", "1.0.0").version("no version").bytes());

        Recovery recovery = hypervisor().recover("gwen", ROLL_BACK);

        assertEquals(Recovery.State.FAILED, recovery.state());
        assertTrue(recovery.outcome(), recovery.outcome()
                .contains("could not be updated to test.gwen/1.0.0"));
        awaitVersion(bundle, "gwen", "1.1.0");
        bob.send("gwen", "on");
        assertEquals("bob: on", gwen.next());
        calm = true;
        awaitGood("gwen", "1.1.0");
    }

    /** What has come since the fault is not what has failed. */
    @Test
    public void shouldNotRollBackWhatWasUpdatedMeanwhile() throws Exception {
        Terminal hugo = versioned("hugo");
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        bad.add("1.1.0");
        Bundle bundle = install(jar("hugo", "1.0.0"), "test:hugo");
        bundle.start();
        awaitGood("hugo", "1.0.0");
        module = context.registerService(RecoveryModule.class, report -> {
            asked.countDown();
            awaitRelease(release);
            return ROLL_BACK;
        }, new Hashtable<>(Map.of(RecoveryModule.FAULTS, Fault.Kind.BOOT_FAILED.name())));
        bundle.update(jar("hugo", "1.1.0").stream());
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        bundle.update(jar("hugo", "1.2.0").stream());
        release.countDown();

        awaitVersion(bundle, "hugo", "1.2.0");
        eventually("it is told", () -> {
            Recovery recovery = hypervisor().recoveries().getLast();
            assertEquals("hugo rollback FAILED", recovery.partition() + " " + recovery.verdict()
                    + " " + recovery.state());
        });
        assertEquals("1.2.0", bundle.getVersion().toString());
        awaitGood("hugo", "1.2.0");
    }

    /** A bundle whose version 1.0.0 ran well, and 1.1.0 runs and has faults until it is calm. */
    private Bundle updated(Terminal terminal) throws Exception {
        String name = terminal.name;
        Bundle bundle = install(jar(name, "1.0.0"), "test:" + name);
        bundle.start();
        awaitGood(name, "1.0.0");
        bundle.update(jar(name, "1.1.0").stream());
        await(name, PartitionState.RUNNING);
        unwell(terminal);
        return bundle;
    }

    private void unwell(Terminal terminal) {
        calm = false;
        Thread.ofPlatform().daemon().start(() -> {
            while (!calm) {
                try {
                    terminal.boot.run(() -> {
                        throw new IllegalStateException("now and then");
                    });
                } catch (HypervisorCallException e) {
                    // It has no boot just now.
                }
                LockSupport.parkNanos(50_000_000);
            }
        });
    }

    private Path kept(String name) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(
                Path.of(context.getProperty("brattice.data"), "good"), "test." + name + "-*.jar")) {
            return jars.iterator().next();
        }
    }

    /** Its bundle takes longer to start than partitions have to come back in. */
    @Test
    public void shouldKeepItsResourcesWhileItIsRolledBack() throws Exception {
        versioned("ivan");
        Bundle bundle = updated(versioned("heidi"));
        Bundle other = install(jar("ivan", "1.0.0"), "test:ivan");
        other.start();
        await("ivan", PartitionState.RUNNING);
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        SynchronousBundleListener slow = event -> {
            if (event.getBundle() == bundle && event.getType() == BundleEvent.STARTING) {
                starting.countDown();
                awaitRelease(release);
            }
        };
        context.addBundleListener(slow);
        try {
            FutureTask<Recovery> recovery = new FutureTask<>(
                    () -> hypervisor().recover("heidi", ROLL_BACK));
            Thread.ofPlatform().daemon().start(recovery);
            assertTrue(starting.await(10, TimeUnit.SECONDS));
            other.stop();
            eventually("one that stopped after it has departed", () -> assertNotEquals(List.of(),
                    movesFrom("ivan")));
            release.countDown();
            Recovery done = recovery.get(20, TimeUnit.SECONDS);
            assertTrue(done.outcome(), done.outcome().startsWith("it runs test.heidi/1.0.0"));
        } finally {
            release.countDown();
            context.removeBundleListener(slow);
        }
        assertEquals(List.of(), movesFrom("heidi"));
    }

    /** A hang is no fault before its deadline, which is later than the time after which what runs runs well. */
    @Test
    public void shouldNotTakeWhatHangsForWhatRunsWell() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Puppets.behave("judy", new Wild("judy", release));
        Terminal bob = terminal("bob");
        PartitionJar jar = small("judy", "deadline=1000");
        Bundle bundle = install(jar.version("1.0.0"), "test:judy");
        bundle.start();
        awaitGood("judy", "1.0.0");
        module = context.registerService(RecoveryModule.class, report -> ROLL_BACK,
                new Hashtable<>(Map.of(RecoveryModule.FAULTS, Fault.Kind.PROCESSOR_HUNG.name())));
        bundle.update(jar.version("1.1.0").stream());
        await("judy", PartitionState.RUNNING);
        bob.send("judy", "do loop");
        awaitVersion(bundle, "judy", "1.0.0");
        release.countDown();
    }

    private static void awaitRelease(CountDownLatch release) {
        try {
            release.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Move> movesFrom(String name) {
        return hypervisor().moves().stream().filter(move -> move.from().equals(name)).toList();
    }
}
