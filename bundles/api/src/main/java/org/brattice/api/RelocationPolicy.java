package org.brattice.api;

import java.util.Map;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says where resources go when their partition has departed (S10): a service that any bundle publishes. The one with
 * the highest service ranking is asked first; what it leaves out the next is asked for, and what nobody wants to
 * place goes to the free pool. A policy that throws, does not answer in time or proposes what cannot be is
 * reported as a fault, and skipped.
 */
@ConsumerType
public interface RelocationPolicy {
    /**
     * Where resources of a partition go. Called on a thread of the hypervisor's, one call at a time; interrupted
     * when it takes longer than two seconds.
     *
     * @param departure who has departed, and what is to be placed
     * @return for each resource that this policy places: the name of the partition that gets it, or "" for the
     *         free pool. The hypervisor moves it there, unless that partition vetoes
     */
    Map<Resource, String> relocate(Departure departure) throws Exception;
}
