package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.brattice.api.Boot;
import org.brattice.api.Fault;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
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
import org.osgi.framework.ServiceRegistration;

/** A bad update is rolled back to the jar that last ran well. What runs so for 300 ms runs well here. */
public class RollBackIT extends MoveTest {
    private static final Verdict ROLL_BACK = new Verdict.RollBack();

    private final Set<String> bad = ConcurrentHashMap.newKeySet();
    private ServiceRegistration<RecoveryModule> module;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("RollBackIT", "memory = 32 MiB", "block = 1 MiB", "processors = 16",
                "backing = anonymous");
    }

    @After
    public void withdraw() {
        if (module != null) {
            module.unregister();
        }
    }

    private void answer(Verdict verdict) {
        module = context.registerService(RecoveryModule.class,
                report -> report.good().isEmpty() ? null : verdict,
                new Hashtable<>(Map.of(RecoveryModule.FAULTS, Fault.Kind.BOOT_FAILED.name())));
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
        Path good = Path.of(context.getProperty("brattice.data"), "good", "test." + name + ".good");
        eventually(version + " ran well", () -> assertTrue(Files.exists(good)
                && Files.readAllLines(good).getLast().equals("test." + name + "/" + version)));
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
        bundle.stop();
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
        Bundle bundle = install(jar("dave", "1.0.0"), "test:dave");
        bundle.start();
        await("dave", PartitionState.RUNNING);
        long end = System.nanoTime() + 900_000_000;
        Path good = Path.of(context.getProperty("brattice.data"), "good", "test.dave.good");
        while (System.nanoTime() < end) {
            dave.boot.run(() -> {
                throw new IllegalStateException("now and then");
            });
            Thread.sleep(50);
            assertTrue(Files.notExists(good));
        }
        awaitGood("dave", "1.0.0");
    }

    @Test
    public void shouldSayThatTheGoodJarDoesNotBoot() throws Exception {
        versioned("erin");
        Bundle bundle = install(jar("erin", "1.0.0"), "test:erin");
        bundle.start();
        awaitGood("erin", "1.0.0");
        bundle.update(small("erin", "memory=2 MiB").version("1.1.0").stream());
        await("erin", PartitionState.RUNNING);
        Recovery recovery = hypervisor().recover("erin", ROLL_BACK);
        assertEquals(Recovery.State.FAILED, recovery.state());
        assertTrue(recovery.outcome(), recovery.outcome().startsWith("its bundle was rolled back to"
                + " test.erin/1.0.0, and it does not boot: memory=1 MiB must be at least 2 MiB"));
    }
}
