package org.brattice.runtime;

import java.io.File;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleException;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Connects bundles with modules of the layer the launcher runs in, so that the hypervisor is a
 * bundle to the framework and a named module to the virtual machine.
 */
final class BootModules implements ModuleConnector {
    private static final String SCHEME = "connect:";
    private final ModuleLayer layer;
    private final Set<String> connected = ConcurrentHashMap.newKeySet();

    BootModules(ModuleLayer layer) {
        this.layer = layer;
    }

    /** {@return where to install the module of this name from, if there is one; nobody else can} */
    Optional<String> location(String module) {
        var found = layer.findModule(module).map(one -> SCHEME + module);
        found.ifPresent(connected::add);
        return found;
    }

    @Override
    public Optional<ConnectModule> connect(String location) throws BundleException {
        if (!location.startsWith(SCHEME)) {
            return Optional.empty();
        }
        if (!connected.contains(location)) {
            throw new BundleException("location=" + location + " is no bundle of a feature: bundles"
                    + " connect with the modules that the launcher names, and with no others",
                    BundleException.READ_ERROR);
        }
        var name = location.substring(SCHEME.length());
        var module = layer.findModule(name)
                .orElseThrow(() -> new BundleException("module=" + name
                        + " is not in the boot layer: put its jar into lib/boot",
                        BundleException.READ_ERROR));
        var reference = layer.configuration().findModule(name).orElseThrow().reference();
        return Optional.of(() -> new BootModule(module.getClassLoader(), reference));
    }

    @Override
    public void initialize(File storage, Map<String, String> configuration) {}

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }
}
