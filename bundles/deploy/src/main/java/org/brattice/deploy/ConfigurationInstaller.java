package org.brattice.deploy;

import java.io.File;
import java.io.IOException;
import java.util.Collection;

import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Refuses configurations that File Install would read, but not as they are meant, and leaves the others to it. What such
 * a file configured before it was damaged stays. Called on File Install's thread.
 */
@Component(service = ArtifactInstaller.class, property = "service.ranking:Integer=200")
public final class ConfigurationInstaller implements ArtifactInstaller {
    private final BundleContext context;

    @Activate
    public ConfigurationInstaller(BundleContext context) {
        this.context = context;
    }

    @Override
    public boolean canHandle(File file) {
        String name = file.getName();
        return (name.endsWith(".cfg") || name.endsWith(".config")) && installer(file) != null;
    }

    @Override
    public void install(File file) throws Exception {
        check(file, "");
        ArtifactInstaller installer = installer(file);
        if (installer != null) {
            installer.install(file);
        }
    }

    @Override
    public void update(File file) throws Exception {
        check(file, "; what it configured before stays as it is");
        ArtifactInstaller installer = installer(file);
        if (installer != null) {
            installer.update(file);
        }
    }

    @Override
    public void uninstall(File file) throws Exception {
        ArtifactInstaller installer = installer(file);
        if (installer != null) {
            installer.uninstall(file);
        }
    }

    private static void check(File file, String otherwise) throws IOException {
        var flaw = Flaw.ofConfiguration(file);
        if (flaw.isPresent()) {
            throw new IOException("configuration=" + file.getName() + " " + flaw.get() + otherwise);
        }
    }

    /** File Install's own, or null as long as there is none. */
    private ArtifactInstaller installer(File file) {
        try {
            Collection<ServiceReference<ArtifactInstaller>> all = context
                    .getServiceReferences(ArtifactInstaller.class, null);
            for (ServiceReference<ArtifactInstaller> one : all) {
                if (one.getBundle() != context.getBundle()) {
                    ArtifactInstaller installer = context.getService(one);
                    if (installer != null && installer.canHandle(file)) {
                        return installer;
                    }
                }
            }
            return null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
