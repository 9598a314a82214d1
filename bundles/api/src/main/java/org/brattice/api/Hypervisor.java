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

    /** What each partition owns, ascending by number; first what lies in the free pool. */
    List<Holding> holdings();

    /**
     * Moves a resource, and waits until that has come to its end: done, or undone with the reason. Not to
     * be called on a processor of a partition.
     *
     * @throws IllegalArgumentException when it cannot be begun, with what is in the way
     */
    Move move(MoveRequest request) throws InterruptedException;

    /** What {@link #move} would do, step by step, at this moment; or what is in the way, thrown likewise. */
    List<String> plan(MoveRequest request);

    /** The journal of resource moves, as far as the frame has kept it, oldest first. */
    List<Move> moves();

    /** What the latest performance check of each running partition has measured, by number. */
    List<Performance> performance();

    /** What partitions have lent to others, oldest first. */
    List<Loan> loans();

    /** The look-up table (S2), ascending by partition number. */
    List<IpcaEntry> lookUpTable();

    /**
     * Why a partition is not running: what is missing and who could provide it, one line each; empty
     * when it is running. An unknown name is explained too.
     */
    List<String> why(String partition);

    /** The fault log of the frame, oldest first. */
    List<Fault> faults();

    /** Has hypervisor calls go wrong, when that is switched on. */
    FaultInjection injection();

    /** Threads of boots that were shut out and go on, oldest first. */
    List<Runaway> runaways();

    /**
     * Has a partition hear of a fault of another, as if it had asked to: by a message to {@link Firmware#faulted}.
     * A partition that is unknown, or has the fault itself, is left out.
     */
    void tell(String partition, Fault fault);

    /** What was done about faults lately, oldest first. */
    List<Recovery> recoveries();

    /**
     * Carries out a verdict that an operator gives, and waits until that is done: after a restart the partition
     * runs. Not to be called on a processor of a partition.
     *
     * @throws IllegalArgumentException when the partition is unknown
     */
    Recovery recover(String partition, Verdict verdict) throws InterruptedException;

    /** Messages that were given up and are kept, oldest first. */
    List<DeadLetter> deadLetters();

    /** What is kept of a dead letter's payload; empty when there is no such letter. */
    Optional<byte[]> payload(long letter);

    /** Drops a dead letter for ever; returns whether it was there. */
    boolean dropDeadLetter(long letter);

    /**
     * Puts a dead letter back: its receiver is offered it again, behind what else of its source waits to
     * be offered again, with its attempts counted on.
     *
     * @return why not, in words, or empty
     */
    Optional<String> redeliver(long letter);

    /**
     * Destroys a partition whose bundle is gone: its memory becomes free, its number is never given
     * again. What it has not read is kept as dead letters; when it does not all fit, the partition stays.
     *
     * @param discard whether what it has not read is lost instead
     * @return why it is not destroyed, or not yet, in words, or empty
     */
    Optional<String> destroy(String partition, boolean discard);

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
