package org.brattice.hypervisor.partition;

import java.util.function.BooleanSupplier;

/**
 * The thread on which the machine is governed. Platform threads can be found and interrupted by anybody
 * in the process, and an interrupt would close the channel of the frame's memory: it takes none before
 * the machine ends.
 */
final class ControlThread extends Thread {
    private final BooleanSupplier ending;

    ControlThread(Runnable work, BooleanSupplier ending) {
        super(null, work, "brattice-hypervisor", 0, false);
        this.ending = ending;
        setDaemon(true);
    }

    @Override
    public void interrupt() {
        if (ending.getAsBoolean()) {
            super.interrupt();
        }
    }
}
