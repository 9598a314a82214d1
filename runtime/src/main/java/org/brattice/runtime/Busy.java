package org.brattice.runtime;

import java.util.Arrays;
import java.util.stream.Collectors;

import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;

/** Which bundles a framework waits for while it starts or stops. */
final class Busy {
    private static final int CHANGING = Bundle.STARTING | Bundle.STOPPING;

    private Busy() {}

    /** {@return the symbolic names of bundles that are starting or stopping, or "unknown"} */
    static String bundles(Framework framework) {
        var context = framework.getBundleContext();
        if (context == null) {
            return "unknown";
        }
        try {
            var names = Arrays.stream(context.getBundles())
                    .filter(bundle -> bundle.getBundleId() != 0)
                    .filter(bundle -> (bundle.getState() & CHANGING) != 0)
                    .map(Bundle::getSymbolicName).collect(Collectors.joining(","));
            return names.isEmpty() ? "unknown" : names;
        } catch (IllegalStateException e) {
            return "unknown";
        }
    }
}
