package org.brattice.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/** Ends the process with a status, after a clean stop of the framework; any thread may ask. */
final class Exit implements IntConsumer {
    /** Service property by which bundles find it. */
    static final String PROPERTY = "brattice.exit";
    private final Framework framework;
    private final StopDeadline deadline;
    private final AtomicInteger status = new AtomicInteger(ExitStatus.SUCCESS);

    Exit(Framework framework, StopDeadline deadline) {
        this.framework = framework;
        this.deadline = deadline;
    }

    @Override
    public void accept(int wanted) {
        status.compareAndSet(ExitStatus.SUCCESS, wanted);
        deadline.begin();
        try {
            framework.stop();
        } catch (BundleException e) {
            throw new IllegalStateException("the framework does not stop: " + e.getMessage(), e);
        }
    }

    int status() {
        return status.get();
    }
}
