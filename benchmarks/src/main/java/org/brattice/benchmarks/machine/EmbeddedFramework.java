package org.brattice.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.connect.ConnectFrameworkFactory;
import org.osgi.framework.launch.Framework;

/** Felix in this process, in a directory of its own. */
public final class EmbeddedFramework implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path data;
    private final Framework framework;

    /** Started, with such properties, in a directory below one that is given. */
    public EmbeddedFramework(Path parent, Map<String, String> properties)
            throws IOException, BundleException {
        data = Files.createTempDirectory(parent, "brattice-benchmark-");
        Map<String, String> all = new HashMap<>(properties);
        all.put("org.osgi.framework.storage", data.resolve("cache").toString());
        all.put("felix.service.urlhandlers", "false");
        all.put("brattice.data", data.toString());
        framework = ServiceLoader.load(ConnectFrameworkFactory.class).findFirst().orElseThrow()
                .newFramework(all, new Connector());
        framework.start();
    }

    /** The framework's own. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** Installs and starts the bundle from whose jar on the class path a class is. */
    public Bundle connect(Class<?> ofBundle) throws BundleException {
        return connect(Connector.location(ofBundle));
    }

    Bundle connect(String location) throws BundleException {
        Bundle bundle = context().installBundle(location);
        bundle.start();
        return bundle;
    }

    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(LIMIT.toMillis());
            Path memory = data.resolve("frame.mem");
            if (Files.isSymbolicLink(memory)) {
                Files.deleteIfExists(Files.readSymbolicLink(memory));
            }
            Directories.delete(data);
        } catch (BundleException | IOException e) {
            throw new IllegalStateException("the framework in " + data + " was left behind", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
