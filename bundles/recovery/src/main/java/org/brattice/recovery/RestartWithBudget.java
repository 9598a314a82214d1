package org.brattice.recovery;

import java.time.Duration;
import java.util.function.LongSupplier;

import org.brattice.api.FaultReport;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Restarts in place a partition that did not boot, hangs, or has no memory left: so many times in a window of time, each
 * partition by itself; then the next module is asked. Works without a configuration;
 * {@code org.brattice.recovery.RestartWithBudget.cfg} sets {@code restarts}, {@code window.seconds} and
 * {@code delay.millis}.
 */
@Component(configurationPid = "org.brattice.recovery.RestartWithBudget",
        property = {Constants.SERVICE_RANKING + ":Integer=100",
                RecoveryModule.FAULTS + "=BOOT_FAILED", RecoveryModule.FAULTS + "=DEADLINE_MISSED",
                RecoveryModule.FAULTS + "=PROCESSOR_HUNG",
                RecoveryModule.FAULTS + "=OUT_OF_MEMORY"})
public final class RestartWithBudget implements RecoveryModule {
    private static final long MOST_MILLIS = 3_600_000;

    private final Budget budget;
    private final Duration delay;

    /** How often, and when. */
    public @interface Restarts {
        /** Restarts of one partition in a window. */
        int restarts() default 3;

        /** How long a window is. */
        long window_seconds() default 60;

        /** From the end of a boot to the next. */
        long delay_millis() default 0;
    }

    @Activate
    public RestartWithBudget(Restarts restarts) {
        this(Math.max(0, restarts.restarts()),
                Duration.ofSeconds(Math.max(1, restarts.window_seconds())),
                Duration.ofMillis(Math.clamp(restarts.delay_millis(), 0, MOST_MILLIS)),
                System::nanoTime);
    }

    RestartWithBudget(int restarts, Duration window, Duration delay, LongSupplier clock) {
        this.budget = new Budget(restarts, window, clock);
        this.delay = delay;
    }

    @Override
    public synchronized Verdict recover(FaultReport report) {
        return budget.spend(report.partition().name()) ? new Verdict.Restart(delay) : null;
    }
}
