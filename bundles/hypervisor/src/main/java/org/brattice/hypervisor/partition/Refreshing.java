package org.brattice.hypervisor.partition;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Refreshes one bundle and sees whether it is started meanwhile. Equinox starts by itself what is to run; who then starts it
 * once more may undo a stop that has come since.
 */
final class Refreshing implements SynchronousBundleListener, FrameworkListener {
    private final BundleContext context;
    private final Bundle bundle;
    private final Consumer<Boolean> then;
    private final AtomicBoolean over = new AtomicBoolean();
    /** Set by the thread that starts it, read by the framework's that has refreshed it. */
    private volatile boolean started;

    private Refreshing(BundleContext context, Bundle bundle, Consumer<Boolean> then) {
        this.context = context;
        this.bundle = bundle;
        this.then = then;
    }

    /**
     * Begins, and does not wait.
     *
     * @param then told once, on a thread of the framework, when the bundle is refreshed: whether it was started meanwhile
     */
    static void begin(BundleContext context, Bundle bundle, Consumer<Boolean> then) {
        Refreshing refreshing = new Refreshing(context, bundle, then);
        context.addBundleListener(refreshing);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle),
                refreshing);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STARTED && event.getBundle().equals(bundle)) {
            started = true;
        }
    }

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED
                && over.compareAndSet(false, true)) {
            context.removeBundleListener(this);
            then.accept(started);
        }
    }
}
