package org.brattice.itests.launched.account;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Carries out what the test orders, in the machine and without its shell. */
public final class ConductorActivator implements BundleActivator {
    private static final String HYPERVISOR = "org.brattice.hypervisor";
    private static final long PAUSE_NANOS = 200_000;
    private volatile boolean stopped;

    @Override
    public void start(BundleContext context) {
        Accounts accounts = Accounts.in(Path.of(context.getProperty("brattice.data")));
        // What an earlier process was told is over.
        long seen = accounts.ordered();
        Thread.ofPlatform().daemon().name("conductor").start(() -> {
            long last = seen;
            while (!stopped) {
                long order = accounts.ordered();
                if (order == last) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                } else {
                    last = order;
                    accounts.begun(order >>> 16);
                    carryOut(context, Order.values()[(int) (order >>> 8 & 0xff)],
                            (int) (order & 0xff));
                    accounts.done(order >>> 16);
                }
            }
        });
    }

    private static void carryOut(BundleContext context, Order order, int argument) {
        try {
            switch (order) {
                case UPDATE_RECEIVER -> bundle(context, Accounts.receiver(argument)).update();
                case UPDATE_SENDER -> bundle(context, Accounts.sender(argument)).update();
                case RESTART_HYPERVISOR -> {
                    Bundle hypervisor = bundle(context, HYPERVISOR);
                    hypervisor.stop();
                    hypervisor.start();
                }
            }
        } catch (BundleException e) {
            throw new IllegalStateException(order + " " + argument, e);
        }
    }

    private static Bundle bundle(BundleContext context, String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName())).findAny().orElseThrow();
    }

    @Override
    public void stop(BundleContext context) {
        stopped = true;
    }
}
