package org.brattice.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A resource move as the two partitions hear of it while both prepare (S10). Used on the first processor of
 * the partition that it was handed to, until the call that it was handed to returns.
 */
@ProviderType
public interface Relocation {
    /** Its id in the journal. */
    long move();

    Resource resource();

    /** Name of the partition that loses the resource, or "" when it comes from the free pool. */
    String from();

    /** Name of the partition that gets it, or "" when it goes to the free pool. */
    String to();

    /** Number of the partition that gets it, or 0. */
    int toNumber();

    /** Why it moves, in words. */
    String cause();

    /**
     * Whether the hypervisor wrote to the winner's IPCA, because the loser does not run; told to the
     * winner alone.
     */
    boolean byHypervisor();

    /**
     * Writes what is going to change to the winner's IPCA, in the name of the loser: the hypervisor call of
     * the loser's operating system. Does nothing when there is no winner, the winner has no IPCA, or the
     * move has been undone meanwhile.
     *
     * @return whether it was written, or need not be; not when the winner's IPCA has no room
     * @throws HypervisorCallException on another thread than the loser's first processor
     */
    boolean announce();
}
