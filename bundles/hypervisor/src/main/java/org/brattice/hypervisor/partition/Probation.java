package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * Finds out which boots run well: they have had no fault for some time, and come back from what they do. One that hangs has no
 * fault before its deadline, which may be later. Control thread.
 */
final class Probation {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final ControlThread control;
    private final Duration well;
    private final Predicate<BootRun> ranWell;

    /** How far a boot has come, and the task of it that has run the longest. */
    private record Seen(long progress, long task) {
        static Seen of(BootRun boot) {
            return new Seen(boot.progress(),
                    boot.processors().longest().map(Processors.Running::begun).orElse(0L));
        }

        /** Whether what was done when this was seen has come to its end since. */
        boolean isBack(Seen now, boolean tasksEnd) {
            return (now.progress != progress || now.progress == BootRun.ASLEEP)
                    && (!tasksEnd || now.task != task || now.task == 0);
        }
    }

    /**
     * With what time without a fault is enough.
     *
     * @param ranWell told of each boot that has run well: again after a while, when it is not taken
     */
    Probation(ControlThread control, Duration well, Predicate<BootRun> ranWell) {
        this.control = control;
        this.well = well;
        this.ranWell = ranWell;
    }

    /** A boot runs from now on. */
    void running(BootRun boot) {
        control.later(well, () -> look(boot));
    }

    private static boolean over(BootRun boot) {
        return boot.partition().boot() != boot || boot.stopping();
    }

    private void look(BootRun boot) {
        if (over(boot)) {
            return;
        }
        if (hadFaults(boot)) {
            running(boot);
        } else {
            Seen seen = Seen.of(boot);
            control.later(LOOK, () -> lookAgain(boot, seen));
        }
    }

    private void lookAgain(BootRun boot, Seen seen) {
        if (over(boot)) {
            return;
        }
        if (!seen.isBack(Seen.of(boot), boot.declaration().taskDeadlineMillis() > 0)) {
            control.later(LOOK, () -> lookAgain(boot, seen));
        } else if (hadFaults(boot) || !ranWell.test(boot)) {
            running(boot);
        }
    }

    private boolean hadFaults(BootRun boot) {
        Instant since = Instant.now().minus(well);
        return boot.partition().faults().stream()
                .anyMatch(fault -> fault.latest().isAfter(since));
    }
}
