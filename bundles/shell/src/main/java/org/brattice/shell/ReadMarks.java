package org.brattice.shell;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Up to where receivers have read what the console sent them. */
final class ReadMarks {
    private final Map<Integer, Long> positions = new HashMap<>();

    synchronized void read(int receiver, long position) {
        positions.merge(receiver, position, Math::max);
        notifyAll();
    }

    /** Waits until a receiver has read up to a position; whether it has. */
    synchronized boolean await(int receiver, long position, long deadlineNanos)
            throws InterruptedException {
        while (positions.getOrDefault(receiver, -1L) < position) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(Duration.ofNanos(left).toMillis() + 1);
        }
        return true;
    }
}
