package org.brattice.hypervisor.vsr;

import java.util.concurrent.TimeUnit;

/**
 * How a record is offered whose handler fails.
 *
 * @param attempts how often it is offered in all
 * @param delayNanos how long is waited after the first failure; twice as long after each further one
 */
public record RetryPolicy(int attempts, long delayNanos) {
    public static final int ATTEMPTS_MOST = 250;
    public static final RetryPolicy STANDARD = new RetryPolicy(3,
            TimeUnit.MILLISECONDS.toNanos(10));
    private static final long DELAY_MOST = TimeUnit.MINUTES.toNanos(1);

    /**
     * How many attempts there have been when one was cut short by the end of its boot: that does not use
     * up the last one, unless it is the only one, which must not be made twice.
     */
    int cutShort(int attempt) {
        return attempt >= attempts && attempt > 1 ? attempt - 1 : attempt;
    }

    /** How long to wait when so many attempts have failed. */
    long delay(int failed) {
        long most = Math.max(delayNanos, DELAY_MOST);
        return failed > 20 ? most : Math.min(most, delayNanos << failed - 1);
    }
}
