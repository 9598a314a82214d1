package org.brattice.runtime;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
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
    private final Distribution distribution;
    private final BootModules modules;
    private final Framework framework;
    private final Exit exit;
    private final Map<Bundle, Throwable> failures = new ConcurrentHashMap<>();

    Machine(Distribution distribution, BootModules modules, Map<String, String> properties) {
        this.distribution = distribution;
        this.modules = modules;
        framework = ServiceLoader.load(ConnectFrameworkFactory.class).findFirst()
                .orElseThrow(() -> new Refusal(ExitStatus.NOT_RUNNING,
                        "no framework is on the module path: unpack the distribution again"))
                .newFramework(properties, modules);
        exit = new Exit(framework);
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
            context.addBundleListener(new StopDeadline(context));
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
            throw new Refusal(ExitStatus.NOT_RUNNING, cause(e), e);
        }
    }

    /** Waits until the framework has stopped, and returns the status to end the process with. */
    int await() throws InterruptedException {
        framework.waitForStop(0);
        return exit.status();
    }

    /** Stops cleanly and waits for it; {@link StopDeadline} bounds the wait. */
    void stop() {
        try {
            framework.stop();
            framework.waitForStop(0);
        } catch (BundleException | InterruptedException e) {
            LOG.log(System.Logger.Level.ERROR, "stop", e);
        }
    }

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR) {
            failures.putIfAbsent(event.getBundle(), event.getThrowable());
            LOG.log(System.Logger.Level.ERROR, "bundle=" + event.getBundle(),
                    event.getThrowable());
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
            reached.await();
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
        var failure = failures.get(bundle);
        return failure == null
                ? "bundle=" + bundle.getSymbolicName() + " did not start: see the log"
                : cause(failure);
    }

    private static String cause(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        var message = root.getMessage() == null ? root.toString() : root.getMessage();
        return message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("unknown");
    }
}
