package org.brattice.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Ends the process when a bundle keeps the framework from stopping, and names that bundle. */
final class StopDeadline implements SynchronousBundleListener {
    static final Duration LIMIT = Duration.ofSeconds(20);
    private final BundleContext system;

    StopDeadline(BundleContext system) {
        this.system = system;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
            Thread.ofPlatform().daemon().name("stop deadline").start(this::watch);
        }
    }

    private void watch() {
        try {
            Thread.sleep(LIMIT);
        } catch (InterruptedException e) {
            return;
        }
        Console.say("stop=" + LIMIT.toSeconds() + "s has passed, bundle="
                + stopping() + " does not stop: the process ends now, the frame stays intact");
        Runtime.getRuntime().halt(ExitStatus.NOT_RUNNING);
    }

    private String stopping() {
        try {
            return Arrays.stream(system.getBundles())
                    .filter(bundle -> bundle.getBundleId() != 0)
                    .filter(bundle -> bundle.getState() == Bundle.STOPPING)
                    .map(Bundle::getSymbolicName).collect(Collectors.joining(","));
        } catch (IllegalStateException e) {
            return "unknown";
        }
    }
}
