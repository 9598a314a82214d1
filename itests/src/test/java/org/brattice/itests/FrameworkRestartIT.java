package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import org.brattice.api.Hypervisor;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * The whole framework stops and starts on the same data directory. Launched by hand, because Pax Exam's
 * container does not outlive its framework.
 */
public class FrameworkRestartIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int RESTARTS = 8;
    private final Path data = Path.of("target/data/FrameworkRestartIT").toAbsolutePath();

    @Before
    public void describe() throws Exception {
        Container.empty(data);
        Files.createDirectories(data);
        Files.write(data.resolve("frame.conf"),
                List.of("memory = 32 MiB", "block = 1 MiB", "backing = data"));
    }

    @After
    public void forget() {
        Puppets.forget();
    }

    private Framework launch() throws Exception {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, data.resolve("cache").toString());
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                "org.brattice.api;version=\"0.1.0\",org.brattice.itests.puppet");
        properties.put("felix.service.urlhandlers", "false");
        properties.put("brattice.data", data.toString());
        properties.put("brattice.frame", data.resolve("frame.conf").toString());
        Framework framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow()
                .newFramework(properties);
        framework.start();
        return framework;
    }

    private static void stop(Framework framework) throws Exception {
        framework.stop();
        assertEquals(FrameworkEvent.STOPPED,
                framework.waitForStop(LIMIT.toMillis()).getType());
    }

    private static Hypervisor hypervisor(BundleContext context) {
        return context.getService(context.getServiceReference(Hypervisor.class));
    }

    private static PartitionInfo running(BundleContext context, String name) throws Exception {
        PartitionInfo info = hypervisor(context).await(name, PartitionState.RUNNING, LIMIT)
                .orElseThrow();
        assertEquals(hypervisor(context).why(name).toString(), PartitionState.RUNNING,
                info.state());
        return info;
    }

    @Test
    public void shouldLoseNothingUnderLoad() throws Exception {
        Tally[] tallies = {new Tally(), new Tally(), new Tally()};
        Flooding[] senders = new Flooding[tallies.length];
        Puppets.behave("counter", (own, ipca) -> new Counting(tallies));
        Framework framework = launch();
        BundleContext context = framework.getBundleContext();
        context.installBundle(Container.location("org.brattice.hypervisor")).start();
        context.installBundle("test:counter", ContainerTest.small("counter").stream()).start();
        for (int i = 0; i < senders.length; i++) {
            senders[i] = new Flooding("counter");
            Puppets.behave("sender." + i, senders[i]);
            context.installBundle("test:sender." + i,
                    ContainerTest.small("sender." + i, "processors=2").stream()).start();
        }
        for (int restart = 0; restart < RESTARTS; restart++) {
            long[] before = Arrays.stream(tallies).mapToLong(Tally::count).toArray();
            ContainerTest.eventually("all senders' messages come", () -> {
                for (int i = 0; i < before.length; i++) {
                    assertTrue("sender=" + i, tallies[i].count() > before[i] + 500);
                }
            });
            stop(framework);
            framework = launch();
        }
        context = framework.getBundleContext();
        running(context, "counter");
        for (int i = 0; i < senders.length; i++) {
            running(context, "sender." + i);
            Tally.assertAllOf(senders[i], tallies[i]);
        }
        stop(framework);
        System.out.println("framework restarts under load: restarts=" + RESTARTS + " messages="
                + Arrays.stream(tallies).mapToLong(Tally::count).sum() + " lost=0");
    }

    @Test
    public void shouldKeepNumbersAndUnreadMessages() throws Exception {
        Terminal alice = new Terminal("alice");
        Terminal bob = new Terminal("bob");
        Puppets.behave("alice", alice);
        Puppets.behave("bob", bob);
        Framework first = launch();
        BundleContext context = first.getBundleContext();
        context.installBundle(Container.location("org.brattice.hypervisor")).start();
        for (String name : List.of("carol", "alice", "bob")) {
            context.installBundle("test:" + name, new ByteArrayInputStream(
                    ContainerTest.small(name).bytes())).start();
            running(context, name);
        }
        PartitionInfo before = running(context, "bob");
        context.getBundle("test:carol").uninstall();
        context.getBundle("test:bob").stop();
        for (int i = 0; i < 100; i++) {
            assertTrue(alice.send("bob", "unread " + i) >= 0);
        }
        stop(first);

        Framework second = launch();
        context = second.getBundleContext();
        running(context, "alice");
        PartitionInfo kept = hypervisor(context).partition("bob").orElseThrow();
        assertEquals(PartitionState.STOPPED, kept.state());
        assertEquals(before.number(), kept.number());
        assertEquals(before.ranges(), kept.ranges());
        assertTrue(hypervisor(context).partition("carol").isEmpty());
        context.getBundle("test:bob").start();
        for (int i = 0; i < 100; i++) {
            assertEquals("alice: unread " + i, bob.next());
        }
        PartitionInfo after = running(context, "bob");
        assertEquals(before.number(), after.number());
        assertEquals(before.boots() + 1, after.boots());
        context.installBundle("test:carol", ContainerTest.small("carol").stream()).start();
        assertTrue("a retired number is never given again",
                running(context, "carol").number() > after.number());
        context.getBundle("test:bob").stop();
        stop(second);

        Framework third = launch();
        context = third.getBundleContext();
        int free = hypervisor(context).frame().freeBlocks();
        context.getBundle("test:bob").uninstall();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (hypervisor(context).frame().freeBlocks() == free && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertEquals("uninstalled without a boot, it gives its block back", free + 1,
                hypervisor(context).frame().freeBlocks());
        stop(third);
    }
}
