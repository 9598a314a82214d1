package org.brattice.api;

/** Where a partition is in its life; each comes with a reason in {@link PartitionInfo}. */
public enum PartitionState {
    /** The hypervisor will not have it: the reason names attribute, value and bound. */
    REFUSED,
    /** Its bundle declares it, and no firmware has been seen yet. */
    DECLARED,
    /** It has its number and its memory, and firmware is being started. */
    BOOTING,
    /** Its event scan runs. */
    RUNNING,
    /** Its firmware is being halted; the deadline says until when. */
    STOPPING,
    /** It keeps number, memory, IPCA and unread messages, and waits for firmware. */
    STOPPED,
    /** Its firmware failed to boot, or did not halt by its deadline. */
    FAILED
}
