package org.brattice.api;

import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Has hypervisor calls of partitions go wrong, to try what comes of that (S12). It is off, and then refuses rules, until somebody switches it on; while it is on the log and {@code brattice:partitions} say so. Any thread.
 */
@ProviderType
public interface FaultInjection {
    /** Whether rules are taken and followed. */
    boolean on();

    /** Switches it on, or off: then all rules are gone, and threads that a rule had hang go on. */
    void on(boolean on);

    /**
     * Adds a rule, which holds for the partition of that name, over its boots.
     *
     * @return its number
     * @throws IllegalStateException when injection is off
     */
    int inject(Injection rule);

    /** The rules and what has come of them, in their order. */
    List<Injected> rules();

    /**
     * A rule that was added.
     *
     * @param id its number
     * @param rule what it says
     * @param calls how many calls it has looked at
     * @param injected how often it had one go wrong
     */
    record Injected(int id, Injection rule, long calls, long injected) {}
}
