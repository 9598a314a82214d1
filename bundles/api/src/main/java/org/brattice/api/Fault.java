package org.brattice.api;

import java.time.Instant;

/**
 * Something that went wrong in a partition, as the fault log keeps it (S12).
 *
 * @param sequence counted from 1 over the life of the frame; 0 before it is in the log
 * @param partition name of the culprit; the symbolic name of a bundle, in brackets, when no partition can be told
 * @param number of the culprit, which tells it from later partitions of its name; 0 when it has none
 * @param kind what happened
 * @param moment when the hypervisor saw it first
 * @param latest when it saw it last
 * @param count how often it was seen, as far as it is among the latest of its partition when it comes again
 * @param peer number of the other partition that it concerns, or 0
 * @param position of the message that it concerns, or -1
 * @param attempt how often that message had been offered, or 0
 * @param cause in words: values and what to do
 * @param detail first-failure data, such as the head of a stack trace; empty when there is none
 */
public record Fault(long sequence, String partition, int number, Kind kind, Instant moment,
        Instant latest, long count, int peer, long position, int attempt, String cause,
        String detail) {
    /** A fault that concerns no message. */
    public Fault(String partition, int number, Kind kind, Instant moment, String cause) {
        this(0, partition, number, kind, moment, moment, 1, 0, -1, 0, cause, "");
    }

    /** The kinds of fault that the hypervisor tells apart. */
    public enum Kind {
        /** The firmware's {@code boot} threw. */
        BOOT_FAILED(1),
        /** The handler of a message threw. */
        HANDLER_THREW(2),
        /** A handler threw at every attempt: the message was given up. */
        POISONED(3),
        /** A task, or what the firmware was told of, such as {@code read} or {@code tick}, threw. */
        TASK_THREW(4),
        /** The firmware did not return from {@code boot}, or did not halt, by its deadline. */
        DEADLINE_MISSED(5),
        /** A record of the IPCA, or what the hypervisor keeps of a partition, is damaged. */
        CORRUPTED(6),
        /** A lease was left behind by a holder that is gone, and was broken. */
        LEASE_LOST(7),
        /** A store has no room for a message that its handler does not take: it stays unread. */
        STORE_FULL(8),
        /** A relocation policy or a recovery module threw, did not answer, or answered nonsense. */
        MODULE_FAILED(9),
        /** {@code halt} threw. */
        HALT_FAILED(10),
        /** The event scan of a running partition, or a task, did not come back by its deadline. */
        PROCESSOR_HUNG(11),
        /** What the partition did needed more memory than it has, or than the Java heap has. */
        OUT_OF_MEMORY(12),
        /** The partition made a hypervisor call that it must not make; it was refused. */
        ILLEGAL_CALL(13),
        /** An access outside the bounds of a segment, or of the VSR, or to what was revoked; it was refused. */
        OUT_OF_BOUNDS(14),
        /** The adapter in a slot of the partition failed. */
        DEVICE_FAILED(15),
        /** The firmware went and did not come back, though its bundle is active: it lacks what it depends on. */
        DEPENDENCY_LOST(16);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** What stands for it in frame memory, for ever. */
        public int code() {
            return code;
        }

        /** The kind of a code, or null. */
        public static Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }
}
