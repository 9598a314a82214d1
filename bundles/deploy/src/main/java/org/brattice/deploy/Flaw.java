package org.brattice.deploy;

import java.io.File;
import java.io.IOException;
import java.util.Optional;
import java.util.jar.JarFile;

import org.osgi.framework.Constants;

/** What keeps a file from being a bundle. */
final class Flaw {
    private Flaw() {}

    /** In words, or nothing. */
    static Optional<String> of(File file) {
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
