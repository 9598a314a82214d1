package org.brattice.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says what is to become of a partition that has a fault (S12): a service that any bundle publishes, at any time. The
 * one with the highest service ranking is asked first; what it does not want to answer the next is asked, and
 * at last what the culprit's helper has voted for is done, or the hypervisor answers itself: a partition whose event scan hangs is shut out and its resources go where
 * the relocation policies say, all else is ignored. A module that throws, does not answer in time or answers what
 * cannot be is reported as a fault, and the next is asked.
 */
@ConsumerType
public interface RecoveryModule {
    /** Service property: names of the partitions whose faults it is asked about; all when it is not set. */
    String PARTITIONS = "recovery.partitions";

    /** Service property: the kinds of faults that it is asked about, as {@link Fault.Kind} names them; or all. */
    String FAULTS = "recovery.faults";

    /**
     * What is to be done. Called on a thread of the hypervisor's, one call at a time; interrupted when it takes
     * longer than a second. Faults of one kind of a partition that come meanwhile are not reported again before this one
     * is dealt with.
     *
     * @return null when another module is to answer
     */
    Verdict recover(FaultReport report) throws Exception;
}
