package org.brattice.benchmarks.machine;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Manifest;

import org.brattice.api.Partition;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Connects bundles with the class path, as the runtime connects the hypervisor with the boot layer: so
 * the classes of the hypervisor, of the partitions and of the measurement are one set, and nothing is
 * measured through reflection.
 */
final class Connector implements ModuleConnector {
    /** The one bundle that declares the partitions. */
    static final String PARTITIONS = "connect:partitions";
    private static final String SCHEME = "connect:";

    /** Where to install the bundle from whose jar has this class. */
    static String location(Class<?> ofBundle) {
        return SCHEME + ofBundle.getName();
    }

    @Override
    public Optional<ConnectModule> connect(String location) {
        if (!location.startsWith(SCHEME)) {
            return Optional.empty();
        }
        Map<String, String> headers = location.equals(PARTITIONS)
                ? partitions()
                : manifest(location.substring(SCHEME.length()));
        return Optional.of(() -> new ClassPathBundle(headers));
    }

    private static Map<String, String> partitions() {
        return Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", "benchmark.partitions",
                "Import-Package", "org.brattice.api", "Provide-Capability",
                Partition.NAMESPACE + ";name=benchmark");
    }

    private static Map<String, String> manifest(String className) {
        try {
            URI jar = Class.forName(className).getProtectionDomain().getCodeSource().getLocation()
                    .toURI();
            URI manifest = URI.create("jar:" + jar + "!/META-INF/MANIFEST.MF");
            Map<String, String> headers = new HashMap<>();
            try (InputStream stream = manifest.toURL().openStream()) {
                new Manifest(stream).getMainAttributes()
                        .forEach((name, value) -> headers.put(name.toString(), value.toString()));
            }
            return headers;
        } catch (ReflectiveOperationException | java.net.URISyntaxException e) {
            throw new IllegalStateException("class=" + className + " is not on the class path", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void initialize(File storage, Map<String, String> configuration) {}

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }
}
