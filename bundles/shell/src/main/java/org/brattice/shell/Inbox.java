package org.brattice.shell;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What the console has received and nobody has looked at: bounded, the oldest go first. */
final class Inbox {
    private final int capacity;
    private final ArrayDeque<Received> messages = new ArrayDeque<>();
    private long dropped;

    Inbox(int capacity) {
        this.capacity = capacity;
    }

    synchronized void add(Received message) {
        if (messages.size() == capacity) {
            messages.removeFirst();
            dropped++;
        }
        messages.addLast(message);
        notifyAll();
    }

    /** Takes at most so many of the oldest, waiting for the first until the moment given. */
    synchronized List<Received> take(int most, long deadlineNanos) throws InterruptedException {
        long left = deadlineNanos - System.nanoTime();
        while (messages.isEmpty() && left > 0) {
            wait(Duration.ofNanos(left).toMillis() + 1);
            left = deadlineNanos - System.nanoTime();
        }
        List<Received> taken = new ArrayList<>();
        while (taken.size() < most && !messages.isEmpty()) {
            taken.add(messages.removeFirst());
        }
        return taken;
    }

    /** How many were dropped unseen since the last call. */
    synchronized long takeDropped() {
        long taken = dropped;
        dropped = 0;
        return taken;
    }

    int capacity() {
        return capacity;
    }
}
