package org.brattice.itests.launched;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.function.Function;

import org.brattice.api.Firmware;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Registers firmware without Declarative Services: a fresh instance for each boot. */
public abstract class PrototypeActivator implements BundleActivator {
    private final Function<BundleContext, Firmware> firmware;

    protected PrototypeActivator(Function<BundleContext, Firmware> firmware) {
        this.firmware = firmware;
    }

    @Override
    public void start(BundleContext context) {
        Dictionary<String, Object> properties = new Hashtable<>();
        context.registerService(Firmware.class.getName(), new Factory(context), properties);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework unregisters what was registered.
    }

    /** Makes the instances. */
    private final class Factory implements PrototypeServiceFactory<Firmware> {
        private final BundleContext context;

        private Factory(BundleContext context) {
            this.context = context;
        }

        @Override
        public Firmware getService(Bundle bundle, ServiceRegistration<Firmware> registration) {
            return firmware.apply(context);
        }

        @Override
        public void ungetService(Bundle bundle, ServiceRegistration<Firmware> registration,
                Firmware service) {
            // Nothing to take back.
        }
    }
}
