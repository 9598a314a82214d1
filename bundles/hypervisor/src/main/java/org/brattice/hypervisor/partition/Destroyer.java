package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.brattice.api.PartitionState;
import org.brattice.hypervisor.vsr.Vsr;

/**
 * Destroys partitions, each when its boot can reach nothing more and what it has not read is kept as dead letters, or is to
 * be lost. Control thread.
 */
final class Destroyer {
    private static final Duration RETRY = Duration.ofMillis(20);
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ControlThread control;
    private final Partitions partitions;
    private final Holdings holdings;
    private final Departures departures;
    private final Boots boots;
    /** Partitions to be destroyed as soon as that is possible, and whether their messages are lost. */
    private final Map<LogicalPartition, Boolean> condemned = new HashMap<>();

    /** What it needs of the life of boots. */
    interface Boots {
        /** Ends a boot at once. */
        void shutOut(BootRun boot, String reason);

        /** Boots of a partition that have ended and may still reach its memory. */
        List<BootRun> lingering(LogicalPartition partition);

        /** A partition is no more; what it owned comes free. */
        void destroyed(LogicalPartition partition);

        /** What a partition owned has come free. */
        void freed();
    }

    Destroyer(ControlThread control, Partitions partitions, Holdings holdings,
            Departures departures, Boots boots) {
        this.control = control;
        this.partitions = partitions;
        this.holdings = holdings;
        this.departures = departures;
        this.boots = boots;
    }

    /** Firmware has come for a partition: it is not destroyed. */
    void spare(LogicalPartition partition) {
        condemned.remove(partition);
    }

    /** What was in the way may be no more. */
    void again() {
        List.copyOf(condemned.keySet()).forEach(this::again);
    }

    private void again(LogicalPartition partition) {
        Boolean discard = condemned.get(partition);
        if (discard != null) {
            destroy(partition, discard);
        }
    }

    /**
     * Destroys a partition. Until that is done no firmware boots for it.
     *
     * @param discard whether what it has not read is lost
     * @return why it is not destroyed yet, in words, or null
     */
    String destroy(LogicalPartition partition, boolean discard) {
        partition.next(null);
        if (partition.boot() != null) {
            boots.shutOut(partition.boot(), "its bundle was uninstalled while it ran");
        }
        int lacking = partition.boot() != null ? Vsr.BUSY : discard ? 0 : holdings.bury(partition);
        if (lacking == Vsr.BUSY) {
            condemned.put(partition, discard);
            control.later(RETRY, () -> again(partition));
            return "a thread of it, or of a sender, is still inside its memory: it is destroyed when"
                    + " that has left";
        }
        if (lacking > 0) {
            condemned.put(partition, false);
            String reason = "its bundle is gone, and messages=" + lacking
                    + " that it has not read do"
                    + " not fit into the dead letters: drop letters, and it is destroyed; or destroy"
                    + " it and lose them with brattice:destroy " + partition.name() + " --discard";
            partition.bundle(-1, "");
            partition.state(PartitionState.STOPPED, reason);
            return reason;
        }
        destroyed(partition, discard);
        return null;
    }

    private void destroyed(LogicalPartition partition, boolean discard) {
        condemned.remove(partition);
        partition.hold(null);
        List<BootRun> mine = boots.lingering(partition);
        boots.destroyed(partition);
        LOGGER.log(System.Logger.Level.INFO, "partition={0} destroyed, its unread messages {1}",
                partition.name(), discard ? "lost" : "kept as dead letters");
        // Nobody sees it from here on: what makes it so in the frame follows at once.
        partitions.remove(partition);
        int number = partition.number();
        holdings.takeBack(partition,
                () -> mine.stream().allMatch(one -> one.gone() && one.unreachable()),
                boots::freed);
        departures.destroyed(number);
    }
}
