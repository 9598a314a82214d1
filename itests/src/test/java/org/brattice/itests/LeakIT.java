package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Fault;
import org.brattice.api.PartitionState;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** A partition that fails, restarts and is updated, over and over, leaves nothing behind. */
public class LeakIT extends MoveTest {
    private static final int CYCLES = 100;
    /** Until all that is made once has been made. */
    private static final int WARM = 20;
    private static final int THREADS = 2;
    private static final long HEAP = 2L << 20;
    private static final List<String> FAILURES = List.of("throw", "loop", "fill", "block",
            "recurse");

    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling("3600000", "LeakIT", "memory = 64 MiB", "block = 1 MiB",
                "processors = 16", "backing = anonymous");
    }

    @Test
    public void shouldLeaveNothingBehind() throws Exception {
        Terminal bob = terminal("bob");
        ServiceRegistration<RecoveryModule> module = context.registerService(RecoveryModule.class,
                report -> report.fault().kind() == Fault.Kind.MODULE_FAILED
                        ? null
                        : Verdict.of("restart"),
                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, 1)));
        Bundle bundle = install(jar(0), "test:alice");
        long heap = 0;
        int threads = 0;
        int blocks = 0;
        long start = System.nanoTime();
        try {
            for (int cycle = 1; cycle <= CYCLES; cycle++) {
                cycle(bob, bundle, cycle);
                if (cycle == WARM) {
                    awaitCollected();
                    heap = heap();
                    threads = Thread.getAllStackTraces().size();
                    blocks = hypervisor().frame().freeBlocks();
                }
            }
        } finally {
            module.unregister();
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        awaitCollected();
        int threadsNow = Thread.getAllStackTraces().size();
        long heapBefore = heap;
        eventually("the heap is as before", () -> {
            long now = heap();
            assertTrue("heap=" + now + " after " + WARM + " cycles=" + heapBefore,
                    now <= heapBefore + HEAP);
        });
        System.out.println("leaks: cycles=" + CYCLES + " ms=" + millis + " class loaders="
                + loaders.size() + " threads=" + threads + " to " + threadsNow + " heap=" + heap
                + " to " + heap());
        assertTrue("threads=" + threadsNow + " after " + WARM + " cycles=" + threads,
                threadsNow <= threads + THREADS);
        assertEquals(blocks, hypervisor().frame().freeBlocks());
        assertEquals(List.of(), hypervisor().runaways());
    }

    private static PartitionJar jar(int cycle) {
        return small("alice", "deadline=150").version("1." + cycle + ".0");
    }

    /** An update, a failure, a restart; what hung goes on when it has been shut out, and ends. */
    private void cycle(Terminal bob, Bundle bundle, int cycle) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Wild alice = new Wild("alice", release);
        Puppets.behave("alice", alice);
        update(bundle, jar(cycle));
        await("alice", PartitionState.RUNNING);
        loaders.add(new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
        long boots = info("alice").boots();
        String failure = "do " + FAILURES.get(cycle % FAILURES.size());
        bob.send("alice", failure);
        assertEquals("offered again", "bob: " + failure, alice.next());
        eventually("it has restarted", () -> assertTrue(info("alice").boots() > boots));
        await("alice", PartitionState.RUNNING);
        release.countDown();
        eventually("what hung has ended",
                () -> assertEquals(List.of(), hypervisor().runaways()));
    }

    /** As the deploy folder does it. */
    private void update(Bundle bundle, PartitionJar jar) throws Exception {
        bundle.stop();
        bundle.update(jar.stream());
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle),
                event -> refreshed.countDown());
        assertTrue(refreshed.await(20, TimeUnit.SECONDS));
        bundle.start();
    }

    /** All class loaders but that of the content that the bundle has now. */
    private void awaitCollected() throws Exception {
        eventually("class loaders are collected", () -> {
            System.gc();
            long there = loaders.stream().filter(one -> one.get() != null).count();
            assertTrue("class loaders of " + there + " in " + loaders.size() + " updates are there",
                    there <= 1);
        });
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
