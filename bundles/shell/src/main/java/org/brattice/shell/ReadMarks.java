package org.brattice.shell;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Up to where receivers have read what the console sent them, and what they gave up last. */
final class ReadMarks {
    private final Map<Integer, Long> positions = new HashMap<>();
    private final Map<Integer, Long> givenUp = new HashMap<>();

    synchronized void read(int receiver, long position) {
        positions.merge(receiver, position, Math::max);
        notifyAll();
    }

    synchronized void givenUp(int receiver, long position) {
        givenUp.put(receiver, position);
        notifyAll();
    }

    /** What became of a message. */
    enum Fate {
        READ, GIVEN_UP, UNREAD
    }

    /** Waits until a receiver has read up to a position, or has given up the message there. */
    synchronized Fate await(int receiver, long position, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            if (givenUp.getOrDefault(receiver, -1L) == position) {
                return Fate.GIVEN_UP;
            }
            if (positions.getOrDefault(receiver, -1L) >= position) {
                return Fate.READ;
            }
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return Fate.UNREAD;
            }
            wait(Duration.ofNanos(left).toMillis() + 1);
        }
    }
}
