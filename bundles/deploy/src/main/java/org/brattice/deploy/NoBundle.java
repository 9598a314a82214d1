package org.brattice.deploy;

import java.io.File;
import java.io.IOException;
import java.util.Optional;
import java.util.jar.JarFile;

import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** Refuses jars that are no bundles with a reason; File Install alone passes over them silently. */
@Component(service = ArtifactInstaller.class)
public final class NoBundle implements ArtifactInstaller {
    @Override
    public boolean canHandle(File file) {
        return file.getName().endsWith(".jar") && file.isFile() && reason(file).isPresent();
    }

    @Override
    public void install(File file) throws BundleException {
        throw new BundleException("jar=" + file.getName() + " " + reason(file).orElseThrow());
    }

    @Override
    public void update(File file) throws BundleException {
        install(file);
    }

    @Override
    public void uninstall(File file) {}

    private static Optional<String> reason(File file) {
        try (var jar = new JarFile(file)) {
            var manifest = jar.getManifest();
            if (manifest == null || manifest.getMainAttributes()
                    .getValue(Constants.BUNDLE_SYMBOLICNAME) == null) {
                return Optional.of("is no bundle, as its manifest has no "
                        + Constants.BUNDLE_SYMBOLICNAME + ": build it with bnd");
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("is no whole archive (" + e.getMessage() + "): copy it again");
        }
    }
}
