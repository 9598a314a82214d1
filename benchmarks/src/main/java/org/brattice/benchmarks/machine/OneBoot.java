package org.brattice.benchmarks.machine;

import org.brattice.api.Firmware;
import org.osgi.framework.Bundle;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Firmware that boots once: the measurement keeps the instance. */
record OneBoot(Firmware firmware) implements PrototypeServiceFactory<Firmware> {
    @Override
    public Firmware getService(Bundle user, ServiceRegistration<Firmware> registration) {
        return firmware;
    }

    @Override
    public void ungetService(Bundle user, ServiceRegistration<Firmware> registration,
            Firmware used) {
        // It ends with its boot.
    }
}
