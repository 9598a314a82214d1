package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.brattice.api.Loan;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Need;
import org.brattice.api.Resource;

/**
 * What partitions have lent to others by auction. Changed on the control thread; looked at, and asked for, on any. A
 * loan ends when its resource moves again, whoever moves it. The journal knows a loan by the cause of its move, and
 * keeps it as long as the loan stands: an earlier process's loans are found there.
 */
final class Loans {
    /** How long each of the two partitions may take to answer. */
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String CAUSE = "loan to ";

    private final ControlThread control;
    private final Mover mover;
    private final Ownership ownership;
    /** The moves that brought what was lent, by what that is. */
    private final Map<Resource, Move> loans = new ConcurrentHashMap<>();

    Loans(ControlThread control, Mover mover, Ownership ownership) {
        this.control = control;
        this.mover = mover;
        this.ownership = ownership;
        ownership.journal().keeps(move -> move.equals(loans.get(move.resource())));
    }

    /** Takes over what an earlier process has left: of each resource the latest move, when it was a loan. */
    void attach() {
        ownership.journal().all().stream().filter(move -> move.state() == Move.State.DONE)
                .forEach(this::moved);
        loans.values().removeIf(move -> !standing(move));
    }

    /** A resource has moved: what it was lent for is over, or begins. */
    void moved(Move move) {
        boolean lent = move.cause().startsWith(CAUSE) && move.fromNumber() != 0
                && move.toNumber() != 0;
        if (lent) {
            loans.put(move.resource(), move);
        } else {
            loans.remove(move.resource());
        }
    }

    /** A partition is no more: what it had been lent is its lender's again, what it has lent is given. */
    void forget(int number) {
        for (Move move : List.copyOf(loans.values())) {
            if (move.fromNumber() == number || move.toNumber() == number) {
                loans.remove(move.resource());
            }
            if (move.toNumber() == number) {
                mover.move(new MoveRequest(move.resource(), home(move), false, LIMIT,
                        "loan of move=" + move.id() + " returns: " + move.to() + " is no more"));
            }
        }
    }

    /** Whether the borrower still owns it. */
    private boolean standing(Move move) {
        try {
            return ownership.owner(move.resource()) == move.toNumber();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Loan loan(Move move) {
        return new Loan(move.resource(), move.from(), move.to(), move.id(), move.ended());
    }

    /** All of them, oldest first. Any thread. */
    List<Loan> all() {
        return loans.values().stream().filter(this::standing)
                .sorted(Comparator.comparingLong(Move::id)).map(Loans::loan).toList();
    }

    /** A loan of a borrower, the latest, or null. Any thread. */
    Loan ofBorrower(LogicalPartition borrower, Need.Kind kind) {
        return loans.values().stream()
                .filter(move -> move.toNumber() == borrower.number()
                        && (move.resource() instanceof Resource.Processor) == (kind == Need.Kind.PROCESSOR)
                        && standing(move))
                .max(Comparator.comparingLong(Move::id)).map(Loans::loan).orElse(null);
    }

    /** Whether a resource was lent to who owns it. Any thread. */
    boolean lent(Resource resource) {
        Move move = loans.get(resource);
        return move != null && standing(move);
    }

    /** Where a resource returns to that was lent to a partition; or null, when it was not. */
    String lender(Resource resource, LogicalPartition borrower) {
        Move move = loans.get(resource);
        return move != null && move.toNumber() == borrower.number() && standing(move)
                ? home(move)
                : null;
    }

    /** Its lender, if that is still there and has not departed; else the free pool. */
    private String home(Move move) {
        LogicalPartition lender = ownership.partition(move.fromNumber());
        return lender == null || ownership.departed(lender.number()) ? "" : lender.name();
    }

    /** What a partition could lend: above its minimum, and not itself a loan; or null. Any thread. */
    Resource spare(LogicalPartition lender, Need.Kind kind) {
        if (ofBorrower(lender, kind) != null) {
            return null;
        }
        int number = lender.number();
        if (kind == Need.Kind.BLOCK) {
            List<Integer> blocks = ownership.blocks().spare(number);
            return blocks.isEmpty() ? null : new Resource.MemoryBlock(blocks.getLast());
        }
        List<Integer> owned = ownership.processors().of(number);
        return owned.size() <= ownership.leastProcessors(number)
                ? null
                : new Resource.Processor(owned.getLast());
    }

    /** Moves a resource to a borrower; tells whether it has come. Any thread. */
    void borrow(LogicalPartition borrower, int lender, Resource resource, String why,
            Consumer<Boolean> done) {
        control.queue(() -> {
            if (ownership.owner(resource) == lender) {
                move(resource, borrower.name(), CAUSE + borrower.name() + ": " + why, done);
            } else {
                done.accept(false);
            }
        });
    }

    /** Moves a loan back to its lender, or to the free pool; tells whether it has gone. Any thread. */
    void giveBack(Loan loan, String why, Consumer<Boolean> done) {
        control.queue(() -> {
            Move move = loans.get(loan.resource());
            if (move != null && move.id() == loan.move()) {
                move(loan.resource(), home(move),
                        "loan of move=" + loan.move() + " returns: " + why,
                        done);
            } else {
                done.accept(false);
            }
        });
    }

    private void move(Resource resource, String to, String cause, Consumer<Boolean> done) {
        mover.move(new MoveRequest(Objects.requireNonNull(resource), to, false, LIMIT, cause))
                .whenComplete((move, failure) -> control.queue(() -> done
                        .accept(move != null && move.state() == Move.State.DONE)));
    }
}
