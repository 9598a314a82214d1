package org.brattice.hypervisor;

import java.io.IOException;
import java.nio.file.Path;

import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescriptionReader;
import org.brattice.hypervisor.partition.HypervisorBundle;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * Boots the hypervisor with its bundle: first the frame description is checked whole, then the frame is
 * opened, then partitions are let in (S0). Framework properties: {@code brattice.frame} is the path of
 * the description (without one the frame is anonymous, 1 GiB), {@code brattice.data} the data directory
 * (without one the bundle's own), {@code brattice.frame.new} whether a frame that is gone may be replaced
 * by a new one, {@code brattice.boot.deadline} and {@code brattice.stop.deadline}
 * how long firmware may take to boot and to halt, in milliseconds.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class Activator implements BundleActivator {
    private HypervisorBundle hypervisor;

    @Override
    public void start(BundleContext context) throws IOException {
        String data = context.getProperty("brattice.data");
        String description = context.getProperty("brattice.frame");
        FrameDescription frame = description == null
                ? FrameDescription.standard()
                : FrameDescriptionReader.read(Path.of(description), context::getProperty);
        Path directory = data == null ? context.getDataFile("").toPath() : Path.of(data);
        boolean renew = Boolean.parseBoolean(context.getProperty("brattice.frame.new"));
        hypervisor = hypervisor(context, Frame.open(directory, frame, renew), directory);
        hypervisor.start();
    }

    /** A frame that no hypervisor took is let go of, for the next start. */
    private static HypervisorBundle hypervisor(BundleContext context, Frame frame, Path data) {
        try {
            return new HypervisorBundle(context, frame, data);
        } catch (RuntimeException e) {
            frame.close();
            throw e;
        }
    }

    @Override
    public void stop(BundleContext context) throws IOException {
        hypervisor.stop();
    }
}
