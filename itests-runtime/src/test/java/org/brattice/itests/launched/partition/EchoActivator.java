package org.brattice.itests.launched.partition;

import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** A partition that sends every message back. */
public final class EchoActivator extends PrototypeActivator {
    public EchoActivator() {
        super(Echo::new);
    }

    /** Sends back what comes. */
    static final class Echo implements Firmware {
        private final IpcaService ipca;

        Echo(BundleContext context) {
            ipca = context.getService(context.getServiceReference(IpcaService.class));
        }

        @Override
        public void message(Message message) {
            ipca.send(message.source(), message.payload());
        }
    }
}
