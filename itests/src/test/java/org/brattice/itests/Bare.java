package org.brattice.itests;

import java.util.Hashtable;
import java.util.Map;

import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.itests.puppet.Puppets;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Firmware that comes and goes while its bundle is active, as that of a component whose references come and go. */
final class Bare {
    private final Bundle bundle;
    private final String partition;
    private ServiceRegistration<Firmware> registration;

    /** Of a bundle that is active and declares the partition, and registers no firmware itself. */
    Bare(Bundle bundle, String partition) {
        this.bundle = bundle;
        this.partition = partition;
    }

    void come() {
        BundleContext own = bundle.getBundleContext();
        IpcaService ipca = own.getService(own.getServiceReference(IpcaService.class));
        registration = own.registerService(Firmware.class, new PrototypeServiceFactory<>() {
            @Override
            public Firmware getService(Bundle user, ServiceRegistration<Firmware> any) {
                return Puppets.behaviour(partition).firmware(own, ipca);
            }

            @Override
            public void ungetService(Bundle user, ServiceRegistration<Firmware> any,
                    Firmware service) {
                // Nothing is kept.
            }
        }, new Hashtable<>(Map.of("partition.name", partition)));
    }

    void go() {
        registration.unregister();
    }
}
