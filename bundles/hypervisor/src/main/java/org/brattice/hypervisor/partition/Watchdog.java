package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Fault.Kind;
import org.brattice.api.PartitionState;

/**
 * Looks now and then whether the event scans of running partitions, and their tasks, come back by their
 * deadlines. It costs partitions nothing: they count what they do anyhow. Control thread.
 */
final class Watchdog {
    /** How much of the shortest deadline passes from one look to the next. */
    private static final int LOOKS = 8;
    private static final Duration LEAST = Duration.ofMillis(2);
    private static final Duration MOST = Duration.ofMillis(250);

    private final ControlThread control;
    private final Partitions partitions;
    private final Map<BootRun, Seen> seen = new WeakHashMap<>();
    /** When it looks next, in nanoseconds, while it looks. */
    private long next;
    private boolean looking;
    /** Of looks that were arranged: the latest alone takes place. */
    private long arranged;

    /** How far the event scan of a boot had come, and since when it has not come further. */
    private static final class Seen {
        private long progress = -1;
        private long since;
        private int looks;
        /** The task that was last reported, or 0. */
        private long task;
    }

    Watchdog(ControlThread control, Partitions partitions) {
        this.control = control;
        this.partitions = partitions;
    }

    /** A boot runs: from now on it is looked at. */
    void running(BootRun boot) {
        Duration period = period(boot.declaration().shortestDeadlineMillis());
        if (!looking || System.nanoTime() + period.toNanos() - next < 0) {
            looking = true;
            arrange(period);
        }
    }

    /** From one look to the next, when a deadline is to be met. */
    private static Duration period(long deadlineMillis) {
        return Duration.ofMillis(
                Math.clamp(deadlineMillis / LOOKS, LEAST.toMillis(), MOST.toMillis()));
    }

    private void arrange(Duration period) {
        long mine = ++arranged;
        next = System.nanoTime() + period.toNanos();
        control.later(period, () -> {
            if (arranged == mine) {
                look();
            }
        });
    }

    private void look() {
        long shortest = Long.MAX_VALUE;
        try {
            shortest = lookAtAll();
        } finally {
            looking = !partitions.boots().isEmpty();
            if (looking) {
                arrange(period(shortest));
            }
        }
    }

    /** The shortest deadline of all, or the largest number when nobody runs. */
    private long lookAtAll() {
        long next = Long.MAX_VALUE;
        long now = System.nanoTime();
        for (BootRun boot : partitions.boots()) {
            if (boot.partition().state() == PartitionState.RUNNING && !boot.stopping()) {
                Seen state = seen.computeIfAbsent(boot, any -> new Seen());
                scan(boot, state, now);
                task(boot, state, now);
                next = Math.min(next, boot.declaration().shortestDeadlineMillis());
            }
        }
        return next;
    }

    private void scan(BootRun boot, Seen state, long now) {
        long progress = boot.progress();
        long deadline = TimeUnit.MILLISECONDS.toNanos(boot.declaration().deadlineMillis());
        if (progress != state.progress || progress == BootRun.ASLEEP) {
            state.progress = progress;
            state.since = now;
            state.looks = 0;
        } else if (++state.looks >= LOOKS / 2 && now - state.since > deadline) {
            // Reported again when another deadline has passed. Looks: when all stood still, nobody hung.
            state.since = now;
            state.looks = 0;
            hung(boot, boot.scanning(), "its event scan did not come back by its deadline of "
                    + boot.declaration().deadlineMillis() + " ms");
        }
    }

    private void task(BootRun boot, Seen state, long now) {
        long millis = boot.declaration().taskDeadlineMillis();
        if (millis == 0) {
            return;
        }
        boot.processors().longest().filter(one -> one.begun() != state.task
                && now - one.begun() > TimeUnit.MILLISECONDS.toNanos(millis)).ifPresent(one -> {
                    state.task = one.begun();
                    hung(boot, one.processor(),
                            "a task of it did not come to its end by its deadline"
                                    + " of " + millis + " ms");
                });
    }

    private static void hung(BootRun boot, Processor processor, String what) {
        StackTraceElement[] trace = processor.trace();
        if (!processor.holder().waiting()) {
            boot.partition().fault(Kind.PROCESSOR_HUNG, 0, -1, 0,
                    what + ": " + processor.doing(), Thrown.head(trace));
        }
    }
}
