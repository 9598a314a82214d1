package org.brattice.api;

import java.time.Duration;

/**
 * How a message is to be sent. Immutable: make one and use it for all messages, so that sending
 * allocates nothing.
 *
 * @param waitNanos how long to wait for room, in nanoseconds; 0 is to be told at once
 * @param notifies whether the sender's {@link Firmware#read} is called when the receiver has read it
 * @param wakes whether {@link Firmware#room} is called when there is room for what found none
 * @param tracks whether {@link IpcaService#track} tells what has become of it
 */
public record Delivery(long waitNanos, boolean notifies, boolean wakes, boolean tracks) {
    /** To be told at once when there is no room; no notification. */
    public static final Delivery TRY = new Delivery(0, false, false, false);
    private static final Delivery WAKING = new Delivery(0, false, true, false);

    public Delivery {
        if (waitNanos < 0) {
            throw new IllegalArgumentException(
                    "waitNanos=" + waitNanos + " is negative: use 0 to be told at once");
        }
        if (wakes && waitNanos > 0) {
            throw new IllegalArgumentException("waitNanos=" + waitNanos
                    + " of a delivery that wakes: wait for room, or be called when there is room");
        }
        if (tracks && !notifies) {
            throw new IllegalArgumentException("tracks=true of a delivery that does not notify:"
                    + " what is tracked is acknowledged, so use tracked()");
        }
    }

    /** Waits for room, at most so long. */
    public static Delivery waiting(Duration limit) {
        return new Delivery(limit.toNanos(), false, false, false);
    }

    /**
     * To be told at once when there is no room, and then to be called when there is: the sender's
     * {@link Firmware#room}.
     */
    public static Delivery waking() {
        return WAKING;
    }

    /** The same, asking to be notified. */
    public Delivery notified() {
        return new Delivery(waitNanos, true, wakes, tracks);
    }

    /** The same, asking to be notified, and tracked: see {@link IpcaService#track}. */
    public Delivery tracked() {
        return new Delivery(waitNanos, true, wakes, true);
    }
}
