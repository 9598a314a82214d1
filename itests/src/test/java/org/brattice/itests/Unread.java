package org.brattice.itests;

import org.brattice.api.EventScan;
import org.brattice.api.OperatingSystem;

/** An operating system that never reads messages: it waits until the boot is to end. */
final class Unread implements OperatingSystem {
    @Override
    public void run(EventScan scan) {
        while (!scan.stopping()) {
            // Tasks are done, messages are left: a limit of none.
            if (scan.poll(0) == 0) {
                scan.await();
            }
        }
    }
}
