package org.brattice.hypervisor.vsr;

import java.util.Arrays;

/**
 * Which partition's event scan waits for room of which other. A wait that would close a circle is
 * refused: nobody in it could ever read. Any thread, under this object's monitor.
 */
public final class WaitGraph {
    private final int[] waitsFor;

    /** For so many partitions at once; partitions share a place by {@code number % limit}. */
    public WaitGraph(int limit) {
        waitsFor = new int[limit];
        Arrays.fill(waitsFor, -1);
    }

    synchronized boolean enter(int waiter, int receiver) {
        int me = waiter % waitsFor.length;
        int next = receiver % waitsFor.length;
        for (int steps = 0; next >= 0 && steps <= waitsFor.length; steps++) {
            if (next == me) {
                return false;
            }
            next = waitsFor[next];
        }
        waitsFor[me] = receiver % waitsFor.length;
        return true;
    }

    /** The place of the partition that one waits for, or -1. */
    synchronized int waitsFor(int waiter) {
        return waitsFor[waiter % waitsFor.length];
    }

    synchronized void leave(int waiter) {
        waitsFor[waiter % waitsFor.length] = -1;
    }
}
