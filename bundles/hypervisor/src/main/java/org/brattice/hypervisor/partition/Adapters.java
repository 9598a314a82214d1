package org.brattice.hypervisor.partition;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import org.brattice.api.BlockAdapter;
import org.brattice.api.IoAdapter;
import org.brattice.api.Resource;
import org.brattice.api.SerialAdapter;
import org.brattice.hypervisor.resource.Slots;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * Adapters that bundles publish, and the slots that they sit in. Of several for one slot the first sits there, then
 * the next when that goes. Any thread, under this object's monitor.
 */
final class Adapters implements ServiceTrackerCustomizer<IoAdapter, IoAdapter> {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final BundleContext context;
    private final Slots slots;
    private final Runnable came;
    private final Map<ServiceReference<IoAdapter>, String> locations = new HashMap<>();
    private final Map<ServiceReference<IoAdapter>, IoAdapter> waiting = new LinkedHashMap<>();

    /** With someone to tell when a slot has got an adapter. */
    Adapters(BundleContext context, Slots slots, Runnable came) {
        this.context = context;
        this.slots = slots;
        this.came = came;
    }

    @Override
    public IoAdapter addingService(ServiceReference<IoAdapter> reference) {
        // Code of its bundle may run here: outside the monitor.
        IoAdapter adapter = context.getService(reference);
        if (adapter != null) {
            String refusal = added(reference, adapter);
            if (refusal != null) {
                LOGGER.log(System.Logger.Level.WARNING, "adapter of bundle {0}: {1}",
                        Declarations.text(reference.getBundle()), refusal);
            }
        }
        return adapter;
    }

    private synchronized String added(ServiceReference<IoAdapter> reference, IoAdapter adapter) {
        waiting.put(reference, adapter);
        return insert(reference, adapter);
    }

    private String insert(ServiceReference<IoAdapter> reference, IoAdapter adapter) {
        Object property = reference.getProperty(IoAdapter.LOCATION);
        String location;
        try {
            location = new Resource.Slot(String.valueOf(property)).location();
        } catch (IllegalArgumentException e) {
            return "property " + IoAdapter.LOCATION + ": " + e.getMessage();
        }
        if (property == null) {
            return "property " + IoAdapter.LOCATION + " is missing: it names the slot";
        }
        String refusal = slots.insert(location, adapter,
                text(adapter) + " of bundle " + Declarations.text(reference.getBundle()));
        if (refusal == null) {
            waiting.remove(reference);
            locations.put(reference, location);
            LOGGER.log(System.Logger.Level.INFO, "slot={0} holds {1} of bundle {2}", location,
                    text(adapter), Declarations.text(reference.getBundle()));
            came.run();
        }
        return refusal;
    }

    private static String text(IoAdapter adapter) {
        return switch (adapter) {
            case BlockAdapter block -> "block";
            case SerialAdapter serial -> "serial";
        };
    }

    @Override
    public void modifiedService(ServiceReference<IoAdapter> reference, IoAdapter adapter) {
        removed(reference, adapter);
        added(reference, adapter);
        offer();
    }

    @Override
    public void removedService(ServiceReference<IoAdapter> reference, IoAdapter adapter) {
        removed(reference, adapter);
        offer();
        context.ungetService(reference);
    }

    private synchronized void removed(ServiceReference<IoAdapter> reference, IoAdapter adapter) {
        waiting.remove(reference);
        String location = locations.remove(reference);
        if (location != null) {
            slots.remove(location, adapter);
        }
    }

    private synchronized void offer() {
        new LinkedHashMap<>(waiting).forEach(this::insert);
    }
}
