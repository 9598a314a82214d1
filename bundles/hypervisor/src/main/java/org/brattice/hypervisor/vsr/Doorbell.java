package org.brattice.hypervisor.vsr;

import java.util.concurrent.locks.LockSupport;

/** Wakes the thread that runs a partition's event scan, whichever that is at present. Any thread. */
public final class Doorbell {
    private volatile Thread sleeper;

    /** The current thread answers from now on. */
    public void bind() {
        sleeper = Thread.currentThread();
    }

    /** Wakes the sleeper; if it is awake, its next sleep ends at once. */
    public void ring() {
        LockSupport.unpark(sleeper);
    }
}
