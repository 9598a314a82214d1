package org.brattice.itests.puppet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.brattice.api.OperatingSystem;

/**
 * How tests tell the partitions of their bundles what to do: by partition name. The bundles are real
 * ones with a class of their own; only what it delegates to is the test's.
 */
public final class Puppets {
    private static final Map<String, Behaviour> BEHAVIOURS = new ConcurrentHashMap<>();
    private static final Map<String, OperatingSystem> SYSTEMS = new ConcurrentHashMap<>();

    private Puppets() {}

    public static void behave(String partition, Behaviour behaviour) {
        BEHAVIOURS.put(partition, behaviour);
    }

    /** What a partition does; nothing but to read its messages when nobody has said. */
    public static Behaviour behaviour(String partition) {
        return BEHAVIOURS.getOrDefault(partition, (own, ipca) -> message -> {});
    }

    public static void system(String key, OperatingSystem system) {
        SYSTEMS.put(key, system);
    }

    /** The operating system that a bundle registers, or null. */
    public static OperatingSystem system(String key) {
        return SYSTEMS.get(key);
    }

    public static void forget() {
        BEHAVIOURS.clear();
        SYSTEMS.clear();
    }
}
