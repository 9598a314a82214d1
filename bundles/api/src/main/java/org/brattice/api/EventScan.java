package org.brattice.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The hypervisor calls of an event scan (S6), for the {@link OperatingSystem} of one boot on its first
 * virtual processor.
 */
@ProviderType
public interface EventScan {
    /** Whether the boot is to end: then the operating system returns. */
    boolean stopping();

    /**
     * One scan: deletes the messages already read, reads new ones to the firmware in order, marks each
     * as read, notifies the sources that asked, and passes on notices and tasks that wait.
     *
     * @param limit of messages in this scan, so that notices and tasks get their turn
     * @return how much was done; 0 when there is nothing to do
     */
    int poll(int limit);

    /** Sleeps until the doorbell rings, or the scan period has passed. */
    void await();
}
