package org.brattice.recovery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** So many times in a window of time, for each of several names. Of one thread at a time. */
final class Budget {
    private final int times;
    private final long windowNanos;
    private final LongSupplier clock;
    private final Map<String, Deque<Long>> spent = new HashMap<>();

    /**
     * A budget that nothing has been spent of.
     *
     * @param times how often in any window
     * @param window how long a window is
     * @param clock nanoseconds
     */
    Budget(int times, Duration window, LongSupplier clock) {
        this.times = times;
        this.windowNanos = window.toNanos();
        this.clock = clock;
    }

    /** Spends one of a name's, if there is one left. */
    boolean spend(String name) {
        Deque<Long> moments = spent.computeIfAbsent(name, any -> new ArrayDeque<>());
        long now = clock.getAsLong();
        while (!moments.isEmpty() && now - moments.peek() >= windowNanos) {
            moments.remove();
        }
        if (moments.size() >= times) {
            return false;
        }
        moments.add(now);
        return true;
    }
}
