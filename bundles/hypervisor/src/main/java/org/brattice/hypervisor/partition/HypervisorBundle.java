package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.brattice.api.Firmware;
import org.brattice.api.Hypervisor;
import org.brattice.api.IoAdapter;
import org.brattice.api.IpcaService;
import org.brattice.hypervisor.memory.Frame;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * The hypervisor in the framework: publishes its services and turns the framework's events into the
 * machine's. Listeners never throw; only the end of a firmware service is waited for, within its
 * deadline.
 */
public final class HypervisorBundle
        implements
            SynchronousBundleListener,
            ServiceTrackerCustomizer<Firmware, ServiceFirmware> {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;
    private static final long LOG_MILLIS = 1000;
    private final BundleContext context;
    private final Changes changes = new Changes();
    private final Deadlines deadlines;
    private final Machine machine;
    private final ControlService control;
    private final ServiceTracker<Firmware, ServiceFirmware> tracker;
    private final ServiceTracker<IoAdapter, IoAdapter> adapters;
    private final Policies policies;
    private final Modules modules;
    private final GoodJars jars;
    private final FrameworkListener started = this::frameworkStarted;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    /**
     * On a frame that is open; closes it with {@link #stop}.
     *
     * @param data the data directory
     */
    public HypervisorBundle(BundleContext context, Frame frame, Path data) {
        this.context = context;
        this.deadlines = Deadlines.of(context::getProperty);
        this.machine = new Machine(frame, deadlines, changes,
                Deadlines.runaways(context::getProperty), new Supervisor(context));
        this.tracker = new ServiceTracker<>(context, Firmware.class, this);
        this.policies = new Policies(context, machine.faults(),
                machine.holdings().ownership()::admitted);
        machine.departures().planner(policies);
        this.modules = new Modules(context, machine.faults(),
                machine.holdings().ownership()::admitted);
        this.control = new ControlService(machine, new Why(context), changes);
        this.jars = new GoodJars(context, data.resolve("good"));
        machine.declarations().refuser(jars::refusal);
        machine.recoverer().adviser(modules, control::info, jars);
        this.adapters = new ServiceTracker<>(context, IoAdapter.class, new Adapters(context,
                machine.slots(), () -> machine.lifeCycle().retryRefused()));
    }

    /** Publishes everything. */
    public void start() {
        registrations.add(context.registerService(ResolverHookFactory.class,
                new ResolverGate(machine.admission(), context.getClass().getModule()), null));
        context.addBundleListener(this);
        for (Bundle bundle : context.getBundles()) {
            machine.declarations().read(bundle);
            jars.changed(bundle);
        }
        registrations.add(context.registerService(IpcaService.class, new PerBundle(), preferred()));
        registrations.add(context.registerService(Hypervisor.class,
                control, preferred()));
        adapters.open();
        policies.open();
        modules.open();
        tracker.open();
        Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        if (framework.getState() == Bundle.ACTIVE) {
            machine.lifeCycle().started();
        } else {
            context.addFrameworkListener(started);
        }
    }

    /** Halts the partitions and lets go of the frame. */
    public void stop() throws IOException {
        context.removeBundleListener(this);
        context.removeFrameworkListener(started);
        machine.close();
        tracker.close();
        adapters.close();
        policies.close();
        modules.close();
        jars.close();
        registrations.forEach(ServiceRegistration::unregister);
        QueuedLogger.LOGGER.flush(LOG_MILLIS);
    }

    private void frameworkStarted(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.STARTED) {
            machine.lifeCycle().started();
        }
    }

    /** Nobody's service of the same type is taken for the hypervisor's. */
    private static Dictionary<String, Object> preferred() {
        return new Hashtable<>(Map.of(Constants.SERVICE_RANKING, Integer.MAX_VALUE));
    }

    private final class PerBundle implements ServiceFactory<IpcaService> {
        @Override
        public IpcaService getService(Bundle bundle, ServiceRegistration<IpcaService> ours) {
            return new IpcaCalls(machine.holdings().vsr(), machine.faults(), bundle);
        }

        @Override
        public void ungetService(Bundle bundle, ServiceRegistration<IpcaService> ours,
                IpcaService service) {
            // Calls are checked by the identity of their thread: nothing to take back.
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        switch (event.getType()) {
            case BundleEvent.INSTALLED, BundleEvent.UPDATED -> {
                machine.declarations().read(bundle);
                jars.changed(bundle);
            }
            case BundleEvent.UNINSTALLED -> {
                List<String> declared = machine.declarations().of(bundle).stream()
                        .filter(one -> one.refusal() == null).map(Declarations.Declared::name)
                        .toList();
                machine.declarations().remove(bundle);
                machine.admission().remove(bundle);
                machine.lifeCycle().uninstalled(bundle, declared);
            }
            case BundleEvent.STOPPING -> {
                if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
                    machine.nothingMoves();
                }
            }
            default -> {
                // Only what is declared matters here; firmware comes and goes as a service.
            }
        }
        changes.run();
    }

    @Override
    public ServiceFirmware addingService(ServiceReference<Firmware> reference) {
        ServiceFirmware source = new ServiceFirmware(context, reference);
        jars.firmware(source.bundle());
        machine.lifeCycle().firmwareAdded(source, source.properties());
        return source;
    }

    @Override
    public void modifiedService(ServiceReference<Firmware> reference, ServiceFirmware source) {
        // A declaration holds for a whole boot: Declarative Services registers anew for a new one.
        source.readProperties();
    }

    @Override
    public void removedService(ServiceReference<Firmware> reference, ServiceFirmware source) {
        source.gone();
        Processor current = Processor.current();
        var quiet = machine.lifeCycle().firmwareRemoved(source);
        if (current != null && current.boot().source() == source) {
            return;
        }
        try {
            quiet.get(deadlines.waitForStop().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(System.Logger.Level.WARNING, "firmware of bundle {0} did not end: {1}",
                    source.description(), e);
        }
    }
}
