package org.brattice.hypervisor.partition;

import java.util.List;

import org.brattice.api.Fault;
import org.brattice.hypervisor.recovery.FaultLog;

/**
 * Where every fault goes: into the log of the frame, into the log of the process, and to whoever deals with
 * it. A storm is told to the latter two less and less. Any thread.
 */
final class Faults {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final FaultLog log;
    private volatile Listener listener = (culprit, fault) -> {};

    /** Hears of every fault of a partition, as it stands in the log; on any thread, and returns at once. */
    interface Listener {
        void fault(LogicalPartition culprit, Fault fault);
    }

    Faults(FaultLog log) {
        this.log = log;
    }

    /** Who hears of faults. Before the first partition boots. */
    void listener(Listener newListener) {
        listener = newListener;
    }

    /** Notes a fault of a partition. */
    void of(LogicalPartition culprit, Fault fault) {
        listener.fault(culprit, note(fault));
    }

    /** Notes a fault of what is no partition: a module, a bundle. */
    Fault note(Fault fault) {
        Fault noted = log.add(fault);
        if (Long.bitCount(noted.count()) == 1) {
            LOGGER.log(System.Logger.Level.WARNING, "partition={0} fault={1} cause={2}{3}",
                    fault.partition(), fault.kind(), fault.cause(),
                    noted.count() == 1 ? "" : " count=" + noted.count());
        }
        return noted;
    }

    List<Fault> of(int number, int limit) {
        return log.of(number, limit);
    }

    List<Fault> all() {
        return log.all();
    }
}
