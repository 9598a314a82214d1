package org.brattice.api;

/**
 * What sits in an I/O slot: a service that any bundle publishes with the property {@link #LOCATION}. The hypervisor
 * alone calls it, for the partition that owns the slot, on that partition's processors: one or several at a time.
 *
 * <p>An adapter never sees partition memory (S0): it is handed a buffer of the hypervisor, which throws when the call
 * has returned. What it throws reaches the partition as an {@link java.io.IOException}. When the service goes, the
 * slot stays, and stays its owner's, but is empty.
 */
public sealed interface IoAdapter permits BlockAdapter, SerialAdapter {
    /** Service property: the location code of the slot, for example {@code U1-P1-C7}. */
    String LOCATION = "slot.location";
}
