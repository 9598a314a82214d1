package org.brattice.deploy;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations that lie beside a jar in its folder, and what of them has been applied. */
final class Companions {
    private static final String FILE = "felix.fileinstall.filename";
    private final ConfigurationAdmin admin;

    Companions(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    /** Whether a configuration of one of these names has been applied, from whatever file. */
    boolean applied(Set<String> pids) {
        for (Configuration one : configurations()) {
            String factory = one.getFactoryPid();
            if (pids.contains(factory == null ? one.getPid() : factory)) {
                return true;
            }
        }
        return false;
    }

    /** {@return the files in the folder that have one of these names and have not been applied} */
    Set<String> pending(File folder, Set<String> pids) {
        Set<String> pending = new HashSet<>();
        for (String name : names(folder)) {
            if (concerns(name, pids)) {
                pending.add(name);
            }
        }
        if (!pending.isEmpty()) {
            for (Configuration one : configurations()) {
                var properties = one.getProperties();
                Object from = properties == null ? null : properties.get(FILE);
                pending.removeIf(name -> new File(folder, name).getAbsoluteFile().toURI()
                        .toString().equals(from));
            }
        }
        return pending;
    }

    /** Whether a file of this name configures a component of one of these names. */
    static boolean concerns(String file, Set<String> pids) {
        int end = file.endsWith(".cfg") || file.endsWith(".config") ? file.lastIndexOf('.') : -1;
        if (end < 0) {
            return false;
        }
        String pid = file.substring(0, end);
        return pids.stream().anyMatch(one -> pid.equals(one) || pid.startsWith(one + "-")
                || pid.startsWith(one + "~"));
    }

    private static Iterable<String> names(File folder) {
        String[] names = folder.list();
        return names == null ? Set.of() : Arrays.asList(names);
    }

    private Iterable<Configuration> configurations() {
        try {
            Configuration[] all = admin.listConfigurations(null);
            return all == null ? Set.of() : Arrays.asList(all);
        } catch (IOException | InvalidSyntaxException | IllegalStateException e) {
            return Set.of();
        }
    }
}
