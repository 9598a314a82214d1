package org.brattice.itests.partition;

import java.util.Dictionary;
import java.util.Hashtable;

import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.OperatingSystem;
import org.brattice.itests.puppet.Puppets;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/**
 * Copied into the bundle of every test partition, so that each has a class of its own. That it has run
 * shows in a system property.
 */
public final class PuppetActivator implements BundleActivator {
    /** Of the system property; the bundle's symbolic name follows. */
    public static final String RAN = "org.brattice.itests.ran.";
    /** Names of the partitions to register firmware for. */
    public static final String PARTITIONS = "Test-Partitions";
    /** Whether there is one firmware for all boots, which is a mistake. */
    public static final String SINGLETON = "Test-Singleton";
    /** Name of the partition to register an operating system for. */
    public static final String SYSTEM = "Test-System";

    @Override
    public void start(BundleContext context) {
        Bundle bundle = context.getBundle();
        System.setProperty(RAN + bundle.getSymbolicName(), "true");
        String system = bundle.getHeaders("").get(SYSTEM);
        if (system != null) {
            context.registerService(OperatingSystem.class,
                    Puppets.system(bundle.getSymbolicName()), properties(system));
        }
        String partitions = bundle.getHeaders("").get(PARTITIONS);
        if (partitions != null) {
            for (String name : partitions.split(",")) {
                Prototype prototype = new Prototype(context, name);
                if (bundle.getHeaders("").get(SINGLETON) == null) {
                    context.registerService(Firmware.class, prototype, properties(name));
                } else {
                    context.registerService(Firmware.class, prototype.getService(bundle, null),
                            properties(name));
                }
            }
        }
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the services back.
    }

    private static Dictionary<String, Object> properties(String partition) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("partition.name", partition);
        return properties;
    }

    private record Prototype(BundleContext context, String name)
            implements
                PrototypeServiceFactory<Firmware> {
        @Override
        public Firmware getService(Bundle user, ServiceRegistration<Firmware> registration) {
            IpcaService ipca = context
                    .getService(context.getServiceReference(IpcaService.class));
            return Puppets.behaviour(name).firmware(context, ipca);
        }

        @Override
        public void ungetService(Bundle user, ServiceRegistration<Firmware> registration,
                Firmware firmware) {
            // Nothing is kept.
        }
    }
}
