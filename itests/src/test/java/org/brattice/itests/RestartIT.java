package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The hypervisor's bundle stops and starts: partitions come back, with memory and messages. */
public class RestartIT extends ContainerTest {
    private static final int RESTARTS = 20;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("RestartIT", "memory = 64 MiB", "block = 1 MiB", "processors = 64",
                "backing = data");
    }

    private Bundle hypervisorBundle() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> "org.brattice.hypervisor".equals(bundle.getSymbolicName()))
                .findAny().orElseThrow();
    }

    @Test
    public void shouldBringPartitionsBackWithTheirMessages() throws Exception {
        echo().start();
        PartitionInfo echo = await("echo", PartitionState.RUNNING);
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        alice.run(() -> alice.boot.memory().getFirst().set(ValueLayout.JAVA_INT, 0, 4711));
        Bundle bobs = context.getBundle("test:bob");
        bobs.stop();
        alice.send("bob", "unread");
        hypervisorBundle().stop();
        bobs.start();
        hypervisorBundle().start();
        assertEquals("alice: unread", bob.next());
        PartitionInfo again = await("echo", PartitionState.RUNNING);
        assertEquals(echo.number(), again.number());
        assertEquals(echo.ranges(), again.ranges());
        assertEquals(echo.ipca(), again.ipca());
        await("alice", PartitionState.RUNNING);
        assertEquals(4711, (int) alice.call(
                () -> alice.boot.memory().getFirst().get(ValueLayout.JAVA_INT, 0)));
        alice.send("echo", "and on");
        assertEquals("echo: and on", alice.next());
    }

    @Test
    public void shouldLoseNothingUnderLoad() throws Exception {
        Tally[] tallies = {new Tally(), new Tally(), new Tally()};
        Flooding[] senders = new Flooding[tallies.length];
        Puppets.behave("counter", (own, ipca) -> new Counting(tallies));
        start("counter");
        for (int i = 0; i < senders.length; i++) {
            senders[i] = new Flooding("counter");
            Puppets.behave("sender." + i, senders[i]);
            start("sender." + i, "processors=2");
        }
        for (int restart = 0; restart < RESTARTS; restart++) {
            long[] before = Arrays.stream(tallies).mapToLong(Tally::count).toArray();
            eventually("all senders' messages come", () -> {
                for (int i = 0; i < before.length; i++) {
                    assertTrue("sender=" + i, tallies[i].count() > before[i] + 500);
                }
            });
            hypervisorBundle().stop();
            hypervisorBundle().start();
        }
        await("counter", PartitionState.RUNNING);
        for (int i = 0; i < senders.length; i++) {
            await("sender." + i, PartitionState.RUNNING);
            Tally.assertAllOf(senders[i], tallies[i]);
        }
        System.out.println("hypervisor restarts under load: restarts=" + RESTARTS + " messages="
                + Arrays.stream(tallies).mapToLong(Tally::count).sum() + " lost=0");
    }

    @Test
    public void shouldStopAtOnceAndWithoutDisturbingAnybody() throws Exception {
        terminal("alice");
        terminal("bob");
        long before = System.nanoTime();
        hypervisorBundle().stop();
        long millis = (System.nanoTime() - before) / 1_000_000;
        assertTrue("millis=" + millis, millis < 1000);
        hypervisorBundle().start();
        await("alice", PartitionState.RUNNING);
        await("bob", PartitionState.RUNNING);
    }

    @Test
    public void shouldStopWithinTheDeadlineAlthoughAPartitionHangs() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(BundleContext own, IpcaService service) {
                return new Hands(own, service) {
                    @Override
                    public void halt() {
                        boolean waiting = true;
                        while (waiting) {
                            try {
                                release.await();
                                waiting = false;
                            } catch (InterruptedException e) {
                                // Ignored: that is what is tested.
                            }
                        }
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice");
        try {
            hypervisorBundle().stop();
            Puppets.behave("alice", new Terminal("alice"));
            hypervisorBundle().start();
            await("alice", PartitionState.RUNNING);
        } finally {
            release.countDown();
        }
    }
}
