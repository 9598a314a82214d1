package org.brattice.hypervisor.partition;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import org.brattice.api.Firmware;
import org.brattice.api.OperatingSystem;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;

/** Firmware out of the service registry: a prototype, so that each boot meets fresh fields. */
final class ServiceFirmware implements FirmwareSource {
    private static final OperatingSystem OURS = new OperatingSystem() {};

    private final BundleContext context;
    private final ServiceReference<Firmware> reference;
    private final ServiceObjects<Firmware> objects;
    private final Bundle bundle;
    private volatile Map<String, ?> properties;
    private final String description;
    private final long modified;
    private volatile ServiceObjects<OperatingSystem> systems;
    private volatile boolean gone;

    ServiceFirmware(BundleContext context, ServiceReference<Firmware> reference) {
        this.context = context;
        this.reference = reference;
        this.objects = context.getServiceObjects(reference);
        this.bundle = reference.getBundle();
        this.description = Declarations.text(bundle);
        this.modified = bundle.getLastModified();
        readProperties();
    }

    @Override
    public Firmware firmware() {
        Firmware firmware = objects == null ? null : objects.getService();
        if (firmware == null) {
            throw new IllegalStateException("the Firmware service of bundle " + description
                    + " gave no instance: its constructor or a reference of its component failed,"
                    + " as the log says");
        }
        return firmware;
    }

    @Override
    public OperatingSystem operatingSystem() {
        Object name = reference.getProperty(Declaration.NAME);
        try {
            Collection<ServiceReference<OperatingSystem>> found = context
                    .getServiceReferences(OperatingSystem.class, null);
            for (ServiceReference<OperatingSystem> candidate : found) {
                // Only the partition's own bundle may replace it: it is handed the partition.
                if (bundle.equals(candidate.getBundle())
                        && (name == null || name.equals(candidate.getProperty(Declaration.NAME)))) {
                    systems = context.getServiceObjects(candidate);
                    OperatingSystem system = systems == null ? null : systems.getService();
                    return system == null ? OURS : system;
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return OURS;
    }

    @Override
    public boolean goes() {
        return gone;
    }

    /** The service goes: the framework itself takes back what was got of it. */
    void gone() {
        gone = true;
    }

    @Override
    public void release(Firmware firmware, OperatingSystem operatingSystem) {
        if (gone) {
            return;
        }
        release(objects, firmware);
        if (operatingSystem != OURS) {
            release(systems, operatingSystem);
        }
    }

    private static <S> void release(ServiceObjects<S> objects, S service) {
        try {
            if (objects != null && service != null) {
                objects.ungetService(service);
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            // The framework has taken it back already.
        }
    }

    /** Reads them as plain values, on the thread of the bundle that set them: they are partition code. */
    void readProperties() {
        Map<String, Object> plain = new HashMap<>();
        for (String key : reference.getPropertyKeys()) {
            if (key.startsWith(Declaration.PREFIX) || key.equals(Constants.SERVICE_SCOPE)) {
                plain.put(key, plain(reference.getProperty(key)));
            }
        }
        properties = plain;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case String text -> text;
            case String[] texts -> texts.clone();
            case Boolean truth -> truth.toString();
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case Collection<?> values -> values.stream().map(ServiceFirmware::plain)
                    .map(String::valueOf).toList();
            default -> "a " + value.getClass().getName();
        };
    }

    @Override
    public long modified() {
        return modified;
    }

    @Override
    public Map<String, ?> properties() {
        return properties;
    }

    @Override
    public Bundle bundle() {
        return bundle;
    }

    @Override
    public String description() {
        return description;
    }
}
