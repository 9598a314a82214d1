package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.brattice.api.Loan;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Need;
import org.brattice.api.Resource;

/**
 * What partitions have lent to others by auction. Changed on the control thread; looked at, and asked for, on any. The
 * journal knows a loan by the cause of its move: an earlier process's loans are found there.
 */
final class Loans {
    /** How long each of the two partitions may take to answer. */
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final String CAUSE = "loan to ";

    private final ControlThread control;
    private final Mover mover;
    private final Ownership ownership;
    private final Map<Resource, Loan> loans = new ConcurrentHashMap<>();

    Loans(ControlThread control, Mover mover, Ownership ownership) {
        this.control = control;
        this.mover = mover;
        this.ownership = ownership;
    }

    /** Takes over what an earlier process has left: of each resource the latest move, when it was a loan. */
    void attach() {
        for (Move move : ownership.journal().all()) {
            if (move.state() == Move.State.DONE) {
                loans.remove(move.resource());
                if (move.cause().startsWith(CAUSE)) {
                    loans.put(move.resource(), loan(move));
                }
            }
        }
        loans.values().removeIf(loan -> !standing(loan));
    }

    private static Loan loan(Move move) {
        return new Loan(move.resource(), move.from(), move.to(), move.id(), move.ended());
    }

    /** Whether the borrower still owns it. */
    private boolean standing(Loan loan) {
        try {
            return ownership.nameOf(ownership.owner(loan.resource())).equals(loan.borrower());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** All of them, oldest first. Any thread. */
    List<Loan> all() {
        return loans.values().stream().filter(this::standing)
                .sorted(Comparator.comparing(Loan::since)).toList();
    }

    /** A loan of a borrower, the latest, or null. Any thread. */
    Loan ofBorrower(LogicalPartition borrower, Need.Kind kind) {
        return all().stream().filter(loan -> loan.borrower().equals(borrower.name())
                && (loan.resource() instanceof Resource.Processor) == (kind == Need.Kind.PROCESSOR))
                .reduce((first, last) -> last).orElse(null);
    }

    /** The lender of a resource that was lent to a partition, or null. */
    String lender(Resource resource, LogicalPartition borrower) {
        Loan loan = loans.get(resource);
        return loan != null && loan.borrower().equals(borrower.name()) && standing(loan)
                ? loan.lender()
                : null;
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
            if (ownership.owner(resource) != lender) {
                done.accept(false);
                return;
            }
            mover.move(new MoveRequest(resource, borrower.name(), false, LIMIT,
                    CAUSE + borrower.name() + ": " + why))
                    .whenComplete((move, failure) -> control.queue(() -> {
                        boolean lent = move != null && move.state() == Move.State.DONE;
                        if (lent) {
                            loans.put(resource, loan(move));
                        }
                        done.accept(lent);
                    }));
        });
    }

    /** Moves a loan back to its lender, or to the free pool when that is no more. Any thread. */
    void giveBack(Loan loan, String why, Runnable done) {
        control.queue(() -> {
            String to = ownership.admitted(loan.lender()) ? loan.lender() : "";
            mover.move(new MoveRequest(loan.resource(), to, false, LIMIT,
                    "loan of move=" + loan.move() + " returns: " + why))
                    .whenComplete((move, failure) -> control.queue(() -> {
                        if (move != null && move.state() == Move.State.DONE) {
                            loans.remove(loan.resource(), loan);
                        }
                        done.run();
                    }));
        });
    }
}
