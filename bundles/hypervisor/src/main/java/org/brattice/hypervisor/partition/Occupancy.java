package org.brattice.hypervisor.partition;

/** How long one thread of a boot was taken by partition code. Written by that thread, read by any. */
final class Occupancy {
    private volatile long done;
    /** When it was taken, never 0, or 0. */
    private volatile long since;

    void begin() {
        since = System.nanoTime() | 1;
    }

    void end() {
        long began = since;
        if (began != 0) {
            since = 0;
            done += System.nanoTime() - began;
        }
    }

    boolean taken() {
        return since != 0;
    }

    /** When it was taken, or 0 when it is not. */
    long since() {
        return since;
    }

    /** Nanoseconds until now; between two moments of its thread it may be a task too little. */
    long nanos() {
        long total = done;
        long began = since;
        return began == 0 ? total : total + Math.max(0, System.nanoTime() - began);
    }
}
