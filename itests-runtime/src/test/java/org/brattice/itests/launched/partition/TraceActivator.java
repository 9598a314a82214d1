package org.brattice.itests.launched.partition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** Leaves a file in the data directory as soon as any of its code runs. */
public final class TraceActivator extends PrototypeActivator {
    public TraceActivator() {
        super(context -> new Silent());
    }

    @Override
    public void start(BundleContext context) {
        try {
            Files.writeString(Path.of(context.getProperty("brattice.data"),
                    context.getBundle().getSymbolicName() + ".ran"), "");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        super.start(context);
    }

    /** Answers nobody. */
    static final class Silent implements Firmware {
        @Override
        public void message(Message message) {
            // What it does is of no interest.
        }
    }
}
