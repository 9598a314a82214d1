package org.brattice.api;

import java.time.Instant;

/**
 * Something that went wrong in a partition.
 *
 * @param partition name of the culprit
 * @param kind what happened
 * @param moment when the hypervisor saw it
 * @param cause in words: values and what to do
 */
public record Fault(String partition, Kind kind, Instant moment, String cause) {
    /** The kinds of fault that the hypervisor tells apart. */
    public enum Kind {
        /** The firmware's {@code boot} threw. */
        BOOT_FAILED,
        /** The handler of a message threw. */
        HANDLER_THREW,
        /** A handler threw at every attempt: the message was given up. */
        POISONED,
        /** A task, {@code read}, {@code tick} or {@code halt} threw. */
        TASK_THREW,
        /** The firmware did not return by its deadline. */
        DEADLINE_MISSED,
        /** A record of the IPCA is damaged. */
        CORRUPTED,
        /** A lease was left behind by a holder that is gone, and was broken. */
        LEASE_LOST
    }
}
