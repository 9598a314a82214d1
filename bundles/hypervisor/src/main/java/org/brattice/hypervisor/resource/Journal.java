package org.brattice.hypervisor.resource;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import org.brattice.api.Move;
import org.brattice.hypervisor.memory.FrameLayout;

/**
 * The journal of resource moves in the frame: what was begun, how far it has come, and what it came to. A
 * process that was killed leaves moves that have not ended; the next one undoes those that were begun and
 * finishes those that were committed. The oldest that has ended is overwritten. Written by the control
 * thread, read by any, under this object's monitor.
 */
public final class Journal {
    private Predicate<Move> kept = move -> false;
    private final JournalEntry[] entries;
    private final Move[] moves;
    private long next = 1;

    /** In a frame; finds what an earlier process has left. */
    public Journal(MemorySegment memory, FrameLayout layout) {
        this.entries = new JournalEntry[layout.moveCount()];
        this.moves = new Move[entries.length];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new JournalEntry(memory, layout.move(i));
            moves[i] = entries[i].read();
            if (moves[i] != null) {
                next = Math.max(next, moves[i].id() + 1);
            }
        }
    }

    /**
     * Notes that a move begins.
     *
     * @param move its id, state and moments are given here
     * @return the move as it stands in the frame
     * @throws IllegalStateException when it is full of moves that have not ended
     */
    public synchronized Move begin(Move move) {
        int place = place();
        Instant now = Instant.now();
        moves[place] = entries[place].write(new Move(next++, move.resource(), move.from(),
                move.fromNumber(), move.to(), move.toNumber(), Move.State.BEGUN, now, now,
                move.cause(), ""));
        return moves[place];
    }

    /** Says which moves that have ended are not written over, as long as there are others. */
    public synchronized void keeps(Predicate<Move> wanted) {
        kept = wanted;
    }

    private int place() {
        int place = place(move -> !kept.test(move));
        place = place < 0 ? place(move -> true) : place;
        if (place < 0) {
            throw new IllegalStateException("move.journal is full: moves=" + entries.length
                    + " have not ended");
        }
        return place;
    }

    private int place(Predicate<Move> free) {
        int place = -1;
        for (int i = 0; i < entries.length; i++) {
            if (moves[i] == null) {
                return i;
            }
            if (moves[i].state().ended() && free.test(moves[i])
                    && (place < 0 || moves[i].id() < moves[place].id())) {
                place = i;
            }
        }
        return place;
    }

    /**
     * Notes how far a move has come.
     *
     * @param outcome in words, or ""
     * @return the move as it stands in the frame
     */
    public synchronized Move state(Move move, Move.State state, String outcome) {
        for (int i = 0; i < moves.length; i++) {
            if (moves[i] != null && moves[i].id() == move.id()) {
                if (moves[i].state().ended()) {
                    throw new IllegalStateException("move=" + move.id() + " has ended: "
                            + moves[i].state());
                }
                moves[i] = entries[i].state(state, Instant.now(), outcome);
                return moves[i];
            }
        }
        throw new IllegalStateException("move=" + move.id() + " is not in the journal");
    }

    /** All moves that it still has, oldest first. */
    public synchronized List<Move> all() {
        return Arrays.stream(moves).filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(Move::id)).toList();
    }

    /** Those that have not ended, oldest first. */
    public synchronized List<Move> open() {
        return all().stream().filter(move -> !move.state().ended()).toList();
    }
}
