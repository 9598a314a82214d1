package org.brattice.api;

import java.time.Duration;

/**
 * What a performance check finds (S11), of one moment: the hypervisor acts when it has been found several times in a
 * row.
 *
 * @param processors whether the partition needs one more, or could spare one
 * @param memory whether it needs one more memory block, or could spare one
 */
public record Demand(Level processors, Level memory) {
    /** From here on a share is too much. */
    public static final double HIGH = 0.9;
    /** Below this a share is little, also with one resource fewer: far enough from {@link #HIGH} not to swing. */
    public static final double LOW = 0.6;
    /** Messages older than this are late. */
    public static final Duration LATE = Duration.ofSeconds(1);

    /** How much there is of a kind of resource. */
    public enum Level {
        /** Too little. */
        NEEDS,
        /** Enough. */
        STEADY,
        /** More than enough: one fewer would do. */
        SPARES
    }

    /** What the operating system that we supply finds. */
    public static Demand of(Performance now) {
        return new Demand(processors(now), memory(now));
    }

    private static Level processors(Performance now) {
        boolean waits = now.waitingTasks() > 0
                || now.processors() == 1 && now.oldestUnread().compareTo(LATE) > 0;
        if (now.busy() >= HIGH && waits) {
            return Level.NEEDS;
        }
        boolean one = now.processors() > 1 && now.waitingTasks() == 0
                && now.busy() * now.processors() / (now.processors() - 1) <= LOW;
        return one ? Level.SPARES : Level.STEADY;
    }

    private static Level memory(Performance now) {
        if (now.memoryUse() >= HIGH) {
            return Level.NEEDS;
        }
        boolean one = now.spareBlocks() > 0
                && now.memoryUse() * now.blocks() / (now.blocks() - 1) <= LOW;
        return one ? Level.SPARES : Level.STEADY;
    }
}
