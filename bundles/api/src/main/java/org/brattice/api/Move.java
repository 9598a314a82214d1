package org.brattice.api;

import java.time.Instant;

/**
 * A resource move, as the journal of the frame has it (S10).
 *
 * @param id counted from 1, over all starts of the frame
 * @param resource what moves
 * @param from name of the partition that loses it, or "" for the free pool
 * @param fromNumber its number, or 0
 * @param to name of the partition that gets it, or "" for the free pool
 * @param toNumber its number, or 0
 * @param state how far it has come
 * @param begun when it began
 * @param ended when it came to its end; as long as it has not, when it began
 * @param cause why it was begun, in words
 * @param outcome why it was undone, or what is worth knowing of how it was done; else ""
 */
public record Move(long id, Resource resource, String from, int fromNumber, String to, int toNumber,
        State state, Instant begun, Instant ended, String cause, String outcome) {
    /** How far a move has come. */
    public enum State {
        /** Both partitions prepare; the resource is still the loser's. A kill here undoes it. */
        BEGUN(1),
        /** The hypervisor has decided: it is the winner's as soon as it is clear. A kill here finishes it. */
        COMMITTED(2),
        /** The winner owns it. */
        DONE(3),
        /** The loser has kept it. */
        UNDONE(4);

        private final int code;

        State(int code) {
            this.code = code;
        }

        /** What stands for it in frame memory, for ever. */
        public int code() {
            return code;
        }

        /** The state of a code, or null. */
        public static State of(int code) {
            for (State state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            return null;
        }

        /** Whether nothing more becomes of the move. */
        public boolean ended() {
            return this == DONE || this == UNDONE;
        }
    }
}
