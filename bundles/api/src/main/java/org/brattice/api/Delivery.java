package org.brattice.api;

import java.time.Duration;

/**
 * How a message is to be sent. Immutable: make one and use it for all messages, so that sending
 * allocates nothing.
 *
 * @param waitNanos how long to wait for room, in nanoseconds; 0 is to be told at once
 * @param notifies whether the sender's {@link Firmware#read} is called when the receiver has read it
 */
public record Delivery(long waitNanos, boolean notifies) {
    /** To be told at once when there is no room; no notification. */
    public static final Delivery TRY = new Delivery(0, false);

    public Delivery {
        if (waitNanos < 0) {
            throw new IllegalArgumentException(
                    "waitNanos=" + waitNanos + " is negative: use 0 to be told at once");
        }
    }

    /** Waits for room, at most so long. */
    public static Delivery waiting(Duration limit) {
        return new Delivery(limit.toNanos(), false);
    }

    /** The same, asking to be notified. */
    public Delivery notified() {
        return new Delivery(waitNanos, true);
    }
}
