package org.brattice.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.connect.ConnectFrameworkFactory;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/** A framework with the hypervisor and the bundles of some features in it, running. */
final class Machine implements FrameworkListener {
    private static final System.Logger LOG = System.getLogger(Machine.class.getName());
    /** The hypervisor's: nothing else starts before it runs. */
    private static final int FIRST_LEVEL = 1;
    private static final int LAST_LEVEL = 100;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration REASON_LIMIT = Duration.ofSeconds(2);
    private final Distribution distribution;
    private final BootModules modules;
    private final Framework framework;
    private final StopDeadline deadline;
    private final Exit exit;
    private final Map<Bundle, Throwable> failures = new HashMap<>();

    Machine(Distribution distribution, BootModules modules, Map<String, String> properties) {
        this.distribution = distribution;
        this.modules = modules;
        framework = ServiceLoader.load(ConnectFrameworkFactory.class).findFirst()
                .orElseThrow(() -> new Refusal(ExitStatus.NOT_RUNNING,
                        "no framework is on the module path: unpack the distribution again"))
                .newFramework(properties, modules);
        deadline = new StopDeadline(framework);
        exit = new Exit(framework, deadline);
    }

    /**
     * Starts the hypervisor, then the other bundles.
     *
     * @throws Refusal when one of them does not start
     */
    void start(List<FeatureBundle> wanted) {
        try {
            framework.init(this);
            var context = framework.getBundleContext();
            context.addFrameworkListener(this);
            context.addBundleListener(deadline);
            context.registerService(IntConsumer.class, exit,
                    new Hashtable<>(Map.of(Exit.PROPERTY, true)));
            var bundles = new ArrayList<Bundle>();
            for (var bundle : wanted) {
                bundles.add(install(bundle));
            }
            framework.start();
            check(bundles, FIRST_LEVEL);
            raise();
            check(bundles, LAST_LEVEL);
        } catch (BundleException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING, Console.line(e), e);
        }
    }

    /** Waits until the framework has stopped, and returns the status to end the process with. */
    int await() throws InterruptedException {
        framework.waitForStop(0);
        return exit.status();
    }

    /** Stops cleanly and waits for it; {@link StopDeadline} bounds the wait. */
    void stop() {
        deadline.begin();
        try {
            framework.stop();
            framework.waitForStop(0);
        } catch (BundleException | InterruptedException e) {
            LOG.log(System.Logger.Level.ERROR, "stop", e);
        }
    }

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        if (event.getThrowable() != null) {
            LOG.log(System.Logger.Level.WARNING, "bundle=" + event.getBundle(),
                    event.getThrowable());
        }
        if (event.getType() == FrameworkEvent.ERROR) {
            synchronized (failures) {
                failures.putIfAbsent(event.getBundle(), event.getThrowable());
                failures.notifyAll();
            }
        }
    }

    private Bundle install(FeatureBundle wanted) throws BundleException {
        var location = modules.location(wanted.name())
                .orElseGet(() -> distribution.bundle(wanted).toUri().toString());
        var bundle = framework.getBundleContext().installBundle(location);
        bundle.adapt(BundleStartLevel.class).setStartLevel(wanted.startLevel());
        if (bundle.getHeaders().get("Fragment-Host") == null) {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
        return bundle;
    }

    private void raise() {
        var reached = new CountDownLatch(1);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(LAST_LEVEL, event -> {
            frameworkEvent(event);
            if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                reached.countDown();
            }
        });
        try {
            var end = System.nanoTime() + START_LIMIT.toNanos();
            while (!reached.await(50, TimeUnit.MILLISECONDS) && !stopping()) {
                if (System.nanoTime() > end) {
                    throw new Refusal(ExitStatus.NOT_RUNNING, "start=" + START_LIMIT.toSeconds()
                            + "s has passed, waiting for bundle=" + Busy.bundles(framework)
                            + ": take it out of the deploy folder or the features");
                }
            }
        } catch (InterruptedException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING, "interrupted while starting", e);
        }
    }

    private void check(List<Bundle> bundles, int level) {
        for (var bundle : bundles) {
            var due = bundle.adapt(BundleStartLevel.class).getStartLevel() <= level;
            if (due && bundle.getState() < Bundle.STARTING && !stopping()) {
                throw new Refusal(ExitStatus.NOT_RUNNING, reason(bundle));
            }
        }
    }

    private boolean stopping() {
        return framework.getState() != Bundle.ACTIVE;
    }

    private String reason(Bundle bundle) {
        var failure = failure(bundle);
        return failure == null
                ? "bundle=" + bundle.getSymbolicName() + " did not start: see the log"
                : Console.line(failure);
    }

    /** Frameworks tell why on a thread of their own, which may come later than the state. */
    private Throwable failure(Bundle bundle) {
        var deadline = System.nanoTime() + REASON_LIMIT.toNanos();
        synchronized (failures) {
            try {
                for (long rest; !failures.containsKey(bundle)
                        && (rest = deadline - System.nanoTime()) > 0;) {
                    TimeUnit.NANOSECONDS.timedWait(failures, rest);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return failures.get(bundle);
        }
    }
}
