package org.brattice.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The small part between firmware and hypervisor that registers the IPCA and runs the event scan (S1,
 * S6). The hypervisor supplies one; a bundle replaces it for its partitions by a prototype-scoped
 * service with the same {@code partition.name} as its firmware: best one component that provides both,
 * so that neither is there without the other. Called on the first virtual processor.
 */
@ConsumerType
public interface OperatingSystem {
    /**
     * Boots: calls {@link Firmware#boot} and registers the IPCA where the firmware has not done so. The
     * default takes the first range that is large enough and puts the IPCA at its base.
     */
    default void boot(Boot boot, Firmware firmware) throws Exception {
        firmware.boot(boot);
        if (boot.ipca() == null) {
            for (MemoryRange range : boot.ranges()) {
                if (range.size() >= boot.ipcaSize()) {
                    boot.register(range.base(), boot.ipcaSize());
                    return;
                }
            }
            throw new IllegalStateException("ipca=" + boot.ipcaSize()
                    + " fits in no range of contiguous blocks: ranges=" + boot.ranges());
        }
    }

    /**
     * A resource of this partition is to move away: tells the firmware the resource and the destination, then
     * writes to the destination's IPCA what is going to change (S10).
     *
     * @throws Veto when the firmware cannot spare it
     */
    default void releasing(Relocation relocation, Firmware firmware) throws Exception {
        firmware.releasing(relocation);
        if (!relocation.announce()) {
            throw new Veto("the IPCA of " + relocation.to() + " has no room for the message");
        }
    }

    /**
     * A resource is to move to this partition: tells the firmware.
     *
     * @throws Veto when the firmware does not want it
     */
    default void arriving(Relocation relocation, Firmware firmware) throws Exception {
        firmware.arriving(relocation);
    }

    /**
     * The performance-check routine (S11), once per scan period.
     *
     * @return what is found of this moment; others are asked when that has been a need several times in a row
     */
    default Demand check(Performance now) throws Exception {
        return Demand.of(now);
    }

    /** Another partition is overloaded, and asks all others for what they can spare (S11): offers one. */
    default void needed(Need need, Firmware firmware) throws Exception {
        if (need.spares()) {
            need.offer();
        }
    }

    /** The event scan: polls until the boot is to end, sleeping when there is nothing to do. */
    default void run(EventScan scan) {
        while (!scan.stopping()) {
            if (scan.poll(64) == 0) {
                scan.await();
            }
        }
    }
}
