package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.List;

import org.brattice.api.Move;

/**
 * What is particular to a kind of resource when it changes hands: how the loser lets go of it, and how the winner
 * gets it. One for each move. Control thread.
 */
interface Handover {
    /** What is in the way of the move at this moment, or null. */
    String obstacle();

    /** What the loser's letting go is made of, for people; empty when it is nothing. */
    List<String> steps();

    /**
     * Has the loser let go of it, or tries to: until that has come true it is called again when something
     * may have changed.
     *
     * @return whether the loser has let go
     */
    boolean release();

    /** What is waited for, for people, while the loser has not let go. */
    String waitsFor();

    /** Why the loser has not let go in time, and what would help. */
    String late(Duration limit);

    /** A processor has left a boot; whether this move has waited for that. */
    default boolean left(BootRun boot) {
        return false;
    }

    /** The loser keeps it after all. */
    default void keep() {}

    /**
     * Takes one step to make it the winner's, which is decided.
     *
     * @return what is worth knowing of how that was done, or ""; null when it takes another step
     */
    String hand(Move move);
}
