package org.brattice.runtime;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;

/** Ends the process when a bundle keeps the framework from stopping, and names that bundle. */
final class StopDeadline implements SynchronousBundleListener {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private final Framework framework;
    private final AtomicBoolean begun = new AtomicBoolean();

    StopDeadline(Framework framework) {
        this.framework = framework;
    }

    /** Begins to count; again it does nothing. */
    void begin() {
        if (begun.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("stop deadline").start(this::watch);
        }
    }

    /** A stop may also come from the shell, or from any other bundle. */
    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
            begin();
        }
    }

    private void watch() {
        try {
            Thread.sleep(LIMIT);
        } catch (InterruptedException e) {
            return;
        }
        if (framework.getState() == Bundle.RESOLVED) {
            return;
        }
        Console.say("stop=" + LIMIT.toSeconds() + "s has passed, waiting for bundle="
                + Busy.bundles(framework) + ": the process ends now, the frame stays intact");
        Runtime.getRuntime().halt(ExitStatus.NOT_RUNNING);
    }
}
