package org.brattice.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The hypervisor's control service, for tools: what is there and why. May be called from any thread;
 * what it returns is a copy.
 */
@ProviderType
public interface Hypervisor {
    FrameInfo frame();

    /** All partitions that are declared or have memory, by number, then by name. */
    List<PartitionInfo> partitions();

    Optional<PartitionInfo> partition(String name);

    /** The look-up table (S2), ascending by partition number. */
    List<IpcaEntry> lookUpTable();

    /**
     * Why a partition is not running: what is missing and who could provide it, one line each; empty
     * when it is running. An unknown name is explained too.
     */
    List<String> why(String partition);

    /**
     * Who blocks a sender at a receiver: any pair, at any time; nobody is stopped for it.
     *
     * @return empty when one of the two is unknown
     */
    Optional<Blockage> blockage(String sender, String receiver);

    /**
     * Waits until a partition is in a state.
     *
     * @return what it is then, or at the end of the wait; empty when it is unknown
     */
    Optional<PartitionInfo> await(String partition, PartitionState state, Duration limit)
            throws InterruptedException;
}
