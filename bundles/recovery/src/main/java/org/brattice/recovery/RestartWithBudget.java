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
    private static final System.Logger LOGGER = System.getLogger("org.brattice.recovery");
    private static final long MOST_MILLIS = 3_600_000;
    private static final long MOST_SECONDS = 86_400;
    private static final int MOST_RESTARTS = 1_000_000;

    private final Budget budget;
    private final Duration delay;

    /** How often, and when. */
    public @interface Restarts {
        /** Restarts of one partition in a window: a number. */
        String restarts() default "3";

        /** How long a window is: a number. */
        String window_seconds() default "60";

        /** From the end of a boot to the next: a number. */
        String delay_millis() default "0";
    }

    @Activate
    public RestartWithBudget(Restarts restarts) {
        this((int) number("restarts", restarts.restarts(), 3, 0, MOST_RESTARTS),
                Duration.ofSeconds(
                        number("window.seconds", restarts.window_seconds(), 60, 1, MOST_SECONDS)),
                Duration.ofMillis(
                        number("delay.millis", restarts.delay_millis(), 0, 0, MOST_MILLIS)),
                System::nanoTime);
    }

    RestartWithBudget(int restarts, Duration window, Duration delay, LongSupplier clock) {
        this.budget = new Budget(restarts, window, clock);
        this.delay = delay;
    }

    /** What is configured; the standard, with a word in the log, when that cannot be. */
    private static long number(String key, String text, long standard, long least, long most) {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of bounds.
        }
        LOGGER.log(System.Logger.Level.WARNING,
                "configuration org.brattice.recovery.RestartWithBudget: " + key + "=" + text
                        + " must be a number, " + least + " to " + most + "; it is taken as "
                        + standard);
        return standard;
    }

    @Override
    public synchronized Verdict recover(FaultReport report) {
        return budget.spend(report.partition().name()) ? new Verdict.Restart(delay) : null;
    }
}
