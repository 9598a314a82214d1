package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.Objects;

import org.brattice.api.Demand;
import org.brattice.api.Fault;
import org.brattice.api.Need;
import org.brattice.api.Performance;

/**
 * The performance check of one boot (S11): measures, asks the operating system what it finds, and counts how often in
 * a row that was the same. On the first processor, but for what is said to be looked at by any.
 */
final class PerformanceCheck {
    private final BootRun run;
    private final BootHost host;
    private volatile Performance latest;
    private long checked = System.nanoTime();
    private long occupied;
    private final Streak processors = new Streak();
    private final Streak memory = new Streak();

    /** How often in a row a level was found. */
    private static final class Streak {
        Demand.Level level = Demand.Level.STEADY;
        int length;

        void found(Demand.Level now) {
            length = now == level ? length + 1 : 1;
            level = now;
        }

        int of(Demand.Level wanted) {
            return level == wanted ? length : 0;
        }
    }

    PerformanceCheck(BootRun run, BootHost host) {
        this.run = run;
        this.host = host;
    }

    /** Measures since the check before; a check that is as good as none, when no time has passed. */
    void check() {
        long now = System.nanoTime();
        long nanos = Math.max(1, now - checked);
        long total = run.processors().occupied();
        int owned = run.processors().owned();
        int counted = run.processors().counted();
        double busy = Math.clamp((double) (total - occupied) / nanos / counted, 0, 1);
        checked = now;
        occupied = total;
        double use = memoryUse();
        Performance measured = host.measure(run.partition(), Duration.ofNanos(nanos), owned, busy,
                run.processors().waitingTasks(), use);
        latest = measured;
        Demand[] found = {new Demand(Demand.Level.STEADY, Demand.Level.STEADY)};
        run.guarded(Fault.Kind.TASK_THREW, "check",
                () -> found[0] = Objects.requireNonNull(run.operatingSystem().check(measured),
                        "what a check finds"));
        processors.found(found[0].processors());
        memory.found(found[0].memory());
    }

    private double memoryUse() {
        double[] use = {Double.NaN};
        run.guarded(Fault.Kind.TASK_THREW, "memoryUse",
                () -> use[0] = run.firmware().memoryUse());
        return use[0];
    }

    /** How many checks in a row, up to the latest, have found a level. */
    int found(Need.Kind kind, Demand.Level level) {
        return (kind == Need.Kind.PROCESSOR ? processors : memory).of(level);
    }

    /** What the latest check has measured, or null before the first. Any thread. */
    Performance latest() {
        return latest;
    }
}
