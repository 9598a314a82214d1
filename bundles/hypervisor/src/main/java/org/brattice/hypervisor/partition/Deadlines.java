package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * How long partition code may take where the hypervisor waits for it.
 *
 * @param boot from fresh firmware to its event scan
 * @param stop from the order to stop to the end of the last processor
 * @param well how long a boot runs without a fault before its jar counts as one that runs well
 * @param settle from the end of a boot until a partition that has not booted again counts as stopped
 */
record Deadlines(Duration boot, Duration stop, Duration well, Duration settle) {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final int RUNAWAYS = 8;
    private static final int MOST_RUNAWAYS = 10_000;
    private static final long MOST_MILLIS = 3_600_000;

    /**
     * As framework properties say.
     *
     * @throws IllegalArgumentException naming property, value and bound
     */
    static Deadlines of(UnaryOperator<String> properties) {
        return new Deadlines(millis(properties, "brattice.boot.deadline", 10_000),
                millis(properties, "brattice.stop.deadline", 5_000),
                millis(properties, "brattice.well", 5_000),
                millis(properties, "brattice.settle", 2_000));
    }

    /** How many threads that nothing can end there may be before the process is to restart; 0 for any number. */
    static int runaways(UnaryOperator<String> properties) {
        String text = properties.apply("brattice.runaways");
        try {
            int number = text == null ? RUNAWAYS : Integer.parseInt(text.strip());
            if (number >= 0 && number <= MOST_RUNAWAYS) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of bounds.
        }
        throw new IllegalArgumentException(
                "brattice.runaways=" + text + " must be a number of threads, 0 to "
                        + MOST_RUNAWAYS);
    }

    private static Duration millis(UnaryOperator<String> properties, String key, long standard) {
        String text = properties.apply(key);
        if (text == null) {
            return Duration.ofMillis(standard);
        }
        try {
            long millis = Long.parseLong(text.strip());
            if (millis >= 1 && millis <= MOST_MILLIS) {
                return Duration.ofMillis(millis);
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of bounds.
        }
        throw new IllegalArgumentException(
                key + "=" + text + " must be a number of milliseconds, 1 to " + MOST_MILLIS);
    }

    /** How long to wait for a boot that has been told to stop: it is shut out before that. */
    Duration waitForStop() {
        return stop.plus(GRACE);
    }
}
