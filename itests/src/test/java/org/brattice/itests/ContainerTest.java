package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import javax.inject.Inject;

import org.brattice.api.Hypervisor;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Before;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.ProbeBuilder;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * A test in a framework with the hypervisor. Each test cleans up after itself: the frame must be as
 * free as before.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public abstract class ContainerTest {
    protected static final Duration LIMIT = Duration.ofSeconds(20);

    @Inject
    protected BundleContext context;

    private final List<Bundle> installed = new ArrayList<>();
    private int freeBlocks;

    @ProbeBuilder
    public TestProbeBuilder probe(TestProbeBuilder probe) {
        probe.setHeader(Constants.EXPORT_PACKAGE, "org.brattice.itests.puppet");
        return probe;
    }

    /** A frame of 64 MiB with blocks of 1 MiB. */
    @Configuration
    public Option[] configuration() {
        return Container.with(getClass().getSimpleName(), "memory = 64 MiB", "block = 1 MiB",
                "processors = 64", "backing = anonymous");
    }

    @Before
    public void look() throws Exception {
        freeBlocks = hypervisor().frame().freeBlocks();
    }

    @After
    public void clean() throws Exception {
        for (Bundle bundle : installed.reversed()) {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        }
        Puppets.forget();
        eventually("all blocks are free again", () -> assertEquals(freeBlocks,
                hypervisor().frame().freeBlocks()));
    }

    protected final Hypervisor hypervisor() {
        ServiceReference<Hypervisor> reference = context.getServiceReference(Hypervisor.class);
        return context.getService(reference);
    }

    /** Installs a bundle that the test's end uninstalls. */
    protected final Bundle install(PartitionJar jar, String location) throws BundleException {
        return keep(context.installBundle(location, jar.stream()));
    }

    protected final Bundle keep(Bundle bundle) {
        installed.add(bundle);
        return bundle;
    }

    protected final Bundle echo() throws BundleException {
        return keep(context.installBundle(Container.location("org.brattice.partition-echo")));
    }

    /** A partition of its own bundle, worked by hand, running. */
    protected final Terminal terminal(String name, String... attributes) throws Exception {
        Terminal terminal = new Terminal(name);
        Puppets.behave(name, terminal);
        start(name, attributes);
        return terminal;
    }

    /** Starts a bundle with one partition, whose behaviour the test has said; waits until it runs. */
    protected final Bundle start(String name, String... attributes) throws Exception {
        Bundle bundle = install(small(name, attributes), "test:" + name);
        try {
            bundle.start();
        } catch (BundleException e) {
            throw new AssertionError("why=" + hypervisor().why(name), e);
        }
        await(name, PartitionState.RUNNING);
        return bundle;
    }

    /** A bundle with one partition of one block. */
    protected static PartitionJar small(String name, String... attributes) {
        List<String> all = new ArrayList<>(List.of(attributes));
        if (all.stream().noneMatch(attribute -> attribute.startsWith("memory="))) {
            all.add("memory=1 MiB");
        }
        if (all.stream().noneMatch(attribute -> attribute.startsWith("ipca="))) {
            all.add("ipca=64 KiB");
        }
        return new PartitionJar("test." + name).partition(name, all.toArray(String[]::new));
    }

    protected final PartitionInfo await(String name, PartitionState state)
            throws InterruptedException {
        Optional<PartitionInfo> info = hypervisor().await(name, state, LIMIT);
        if (info.isEmpty() || info.get().state() != state) {
            fail(name + " is not " + state + " but " + info + ": " + hypervisor().why(name));
        }
        return info.get();
    }

    protected final PartitionInfo info(String name) {
        return hypervisor().partition(name)
                .orElseThrow(() -> new AssertionError(name + " is no partition"));
    }

    /** An assertion of the tests. */
    protected interface Assertion {
        void check() throws Exception;
    }

    /** Waits until an assertion holds; what it looks at may not be there yet, so it may throw. */
    protected static void eventually(String what, Assertion assertion) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                assertion.check();
                return;
            } catch (AssertionError | RuntimeException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(what + " did not come true in " + LIMIT, e);
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    /** The message of what a call throws. */
    protected static <E extends Throwable> String refusal(Class<E> type, Assertion call) {
        try {
            call.check();
        } catch (Throwable e) {
            if (type.isInstance(e)) {
                return e.getMessage();
            }
            throw new AssertionError("threw " + e + " instead of " + type, e);
        }
        throw new AssertionError("was not refused");
    }
}
