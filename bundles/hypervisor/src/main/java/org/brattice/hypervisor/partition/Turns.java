package org.brattice.hypervisor.partition;

import java.util.function.IntPredicate;

/**
 * Whose turn it is on the processor that the event scan shares with the workers of its boot: the scan's,
 * whenever it has something to do. A task that runs is not cut short; the next one waits. Any thread.
 */
final class Turns {
    private volatile boolean scans;
    private volatile int waiting;
    // Under this object's monitor:
    private int busy;

    /** The scan has something to do, or has no longer. Its thread alone. */
    void scans(boolean now) {
        if (scans != now) {
            scans = now;
            // A worker counts itself before it looks at the scan: one of both sees the other.
            if (!now && waiting > 0) {
                look();
            }
        }
    }

    /** Something has changed that workers may wait for. */
    synchronized void look() {
        notifyAll();
    }

    /**
     * A worker begins a task.
     *
     * @param standsAside whether it must wait while the scan has something to do, when so many others run
     */
    synchronized void begin(IntPredicate standsAside) throws InterruptedException {
        waiting++;
        try {
            while (scans && standsAside.test(busy)) {
                wait();
            }
        } finally {
            waiting--;
        }
        busy++;
    }

    /** It has ended. */
    synchronized void end() {
        busy--;
        notifyAll();
    }
}
