package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import javax.inject.Inject;

import org.brattice.api.Delivery;
import org.brattice.api.Outcome;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.ConfigurationAdmin;

/** A thousand partitions on one frame, half of them bundles, half configurations of one bundle. */
public class ThousandIT extends ContainerTest {
    private static final int HALF = 500;
    private static final String ECHO = "org.brattice.partition.echo.Echo";
    private static final Duration WINDOW = Duration.ofSeconds(2);
    private static final int WINDOWS = 8;
    private static final double IDLE_SHARE = 0.06;

    @Inject
    private ConfigurationAdmin admin;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("ThousandIT", "memory = 160 MiB", "block = 64 KiB",
                "partitions = 1100", "processors = 1100", "backing = anonymous");
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }

    /** What idling takes of one processor, once the start's compilation and collection are over. */
    private static double idleShare() {
        double least = 1;
        for (int i = 0; i < WINDOWS && least >= IDLE_SHARE; i++) {
            Duration before = cpu();
            LockSupport.parkNanos(WINDOW.toNanos());
            least = Math.min(least,
                    (double) cpu().minus(before).toNanos() / WINDOW.toNanos());
        }
        return least;
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() >> 20;
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }

    private long running() {
        return hypervisor().partitions().stream()
                .filter(info -> info.state() == PartitionState.RUNNING).count();
    }

    @Test
    public void shouldRunAThousandPartitionsAtOnce() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        long usedBefore = used();
        long start = System.nanoTime();
        List<Bundle> bundles = new ArrayList<>();
        for (int i = 0; i < HALF; i++) {
            String name = "bundle-" + i;
            Puppets.behave(name, (own, ipca) -> message -> heard.incrementAndGet());
            bundles.add(install(new PartitionJar("test." + name).partition(name, "memory=64 KiB",
                    "ipca=16 KiB"), "test:" + name));
        }
        long installed = millis(start);
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        long started = millis(start);
        List<org.osgi.service.cm.Configuration> configurations = new ArrayList<>();
        for (int i = 0; i < HALF; i++) {
            Dictionary<String, Object> properties = new Hashtable<>();
            properties.put("partition.name", "configuration-" + i);
            properties.put("partition.memory", "64 KiB");
            properties.put("partition.ipca", "16 KiB");
            configurations.add(admin.getFactoryConfiguration(ECHO, "" + i, "?"));
            configurations.getLast().update(properties);
        }
        echo().start();
        eventually("all run", () -> assertEquals(2L * HALF, running()));
        long running = millis(start);
        long used = used() - usedBefore;

        double idle = idleShare();

        Terminal alice = terminal("alice", "memory=1 MiB", "ipca=1 MiB");
        long shout = System.nanoTime();
        List<Outcome> outcomes = alice.call(() -> alice.ipca.broadcast(Terminal.bytes("all"),
                Delivery.waiting(Duration.ofSeconds(5))));
        long told = (System.nanoTime() - shout) / 1000;
        assertEquals(2 * HALF, outcomes.size());
        assertTrue(outcomes.toString(), outcomes.stream().allMatch(Outcome::sent));
        eventually("all bundles heard", () -> assertEquals(HALF, heard.get()));
        eventually("all configurations answered",
                () -> assertEquals(HALF, alice.received.size()));
        System.out.println("thousand partitions: installed ms=" + installed + " started ms="
                + started + " all running ms=" + running + " heap MiB=" + used
                + " idle share of one processor=%.3f".formatted(idle) + " broadcast us=" + told
                + " heard and answered us="
                + (System.nanoTime() - shout) / 1000);
        assertTrue("idle share of one processor=" + idle, idle < IDLE_SHARE);
        for (org.osgi.service.cm.Configuration configuration : configurations) {
            configuration.delete();
        }
    }
}
