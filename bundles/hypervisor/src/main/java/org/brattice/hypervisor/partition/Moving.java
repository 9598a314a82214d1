package org.brattice.hypervisor.partition;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.brattice.api.IpcaService;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;

/**
 * One resource move on its way. The loser releases and announces, the winner agrees, a processor leaves; then
 * the hypervisor commits. Control thread, unless said otherwise.
 */
final class Moving {
    private static final Duration RETRY = Duration.ofMillis(10);
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final Mover mover;
    private final MoveRequest request;
    private final Supplier<String> elsewhere;
    private final LogicalPartition from;
    private final LogicalPartition to;
    private final Handover handover;
    private final CompletableFuture<Move> done;
    private volatile Move move;
    private Phase phase = Phase.RELEASING;
    /** The boot whose answer is waited for, or null. */
    private BootRun asked;
    private String note = "";
    /** The winner, when it has agreed before the loser has; or null. */
    private BootRun early;
    /** Whether the winner has read it: of its scanner's thread. */
    private volatile boolean heard;
    /** Set by the loser's scanner before it answers, or by the control thread. */
    private volatile boolean announced;
    private volatile boolean byHypervisor;

    /** What is waited for. */
    private enum Phase {
        RELEASING, ARRIVING, LEAVING, HANDING, OVER
    }

    Moving(Mover mover, MoveRequest request, Supplier<String> elsewhere, Move move,
            LogicalPartition from,
            LogicalPartition to, CompletableFuture<Move> done) {
        this.mover = mover;
        this.request = request;
        this.elsewhere = elsewhere;
        this.move = move;
        this.from = from;
        this.to = to;
        this.done = done;
        this.handover = mover.handover(move.resource(), from, to);
    }

    /** As it stands in the journal when it began, or when it ended. */
    Move move() {
        return move;
    }

    LogicalPartition from() {
        return from;
    }

    void begin() {
        safely(this::ask);
    }

    private void ask() {
        log("begins, because " + request.cause());
        BootRun loser = Mover.running(from);
        if (loser == null) {
            release();
            return;
        }
        asked = loser;
        log(from.name() + " is asked to release it");
        mover.control().later(request.limit(), () -> late(Phase.RELEASING));
        loser.notice(() -> {
            if (!open()) {
                return;
            }
            MoveView view = new MoveView(this, loser, false);
            String veto = loser.asked("releasing",
                    () -> loser.operatingSystem().releasing(view, loser.firmware()));
            mover.control().queue(() -> answered(Phase.RELEASING, loser, veto));
        });
    }

    /** One step: what goes wrong in the hypervisor ends the move, and leaves nobody waiting. */
    private void safely(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.ERROR, "move=" + move.id(), e);
            try {
                failed(e);
            } finally {
                mover.ended(this);
                done.completeExceptionally(e);
            }
        }
    }

    /** What is decided stays decided: the next start finishes it from the journal. */
    private void failed(Throwable e) {
        if (phase != Phase.HANDING) {
            undo("the hypervisor failed: " + e);
            return;
        }
        phase = Phase.OVER;
        log("is committed and could not be finished: the next start finishes it: " + e);
    }

    private void late(Phase question) {
        safely(() -> passed(question));
    }

    /** The time to answer a question has passed. */
    private void passed(Phase question) {
        if (phase != question || asked == null && phase != Phase.LEAVING) {
            return;
        }
        if (phase == Phase.LEAVING) {
            undo(handover.late(request.limit()));
            return;
        }
        String who = asked.partition().name() + " did not answer in " + text(request.limit());
        if (!request.overrule()) {
            undo(who);
            return;
        }
        note = note(who + " and was overruled");
        answered(question, asked, null);
    }

    private String note(String more) {
        return note.isEmpty() ? more : note + "; " + more;
    }

    static String text(Duration limit) {
        return limit.toMillis() + " ms";
    }

    /** The loser, or the winner, has answered; a reason when it does not agree. */
    private void answered(Phase question, BootRun boot, String veto) {
        if (phase != question || asked != boot) {
            return;
        }
        asked = null;
        if (veto != null) {
            safely(() -> vetoed(boot, veto));
        } else {
            log(boot.partition().name()
                    + (question == Phase.RELEASING ? " releases it" : " takes it"));
            safely(question == Phase.RELEASING ? this::release : this::leave);
        }
    }

    private void vetoed(BootRun boot, String veto) {
        undo(boot.partition().name() + " vetoed it: " + veto);
    }

    /** The loser has released it, or is not asked. */
    private void release() {
        if (to == null) {
            leave();
            return;
        }
        phase = Phase.ARRIVING;
        asked = Mover.running(to);
        if (!announced) {
            byHypervisor = true;
            if (!announceForLoser()) {
                undo("the IPCA of " + to.name() + " has no room for the message");
                return;
            }
        }
        log((byHypervisor ? "the hypervisor" : from.name()) + " has written to the IPCA of "
                + to.name());
        if (asked == null) {
            note = note(to.name() + " does not run: it reads of it at its next boot");
            leave();
        } else if (early == asked) {
            answered(Phase.ARRIVING, asked, null);
        } else {
            mover.control().later(request.limit(), () -> late(Phase.ARRIVING));
        }
    }

    /** The hypervisor writes for a loser that does not run, or did not; and when nobody loses. */
    private boolean announceForLoser() {
        long position = mover.holdings().announce(move.fromNumber(), to.number(),
                Announcement.of(move, "hypervisor"));
        announced = true;
        return position >= 0 || position == IpcaService.NO_IPCA;
    }

    /** The loser writes to the winner's IPCA. On the loser's first processor. */
    boolean announce(BootRun loser) {
        if (to == null || announced) {
            return true;
        }
        long position = mover.holdings().vsr().announce(loser.scanning().holder(), to.number(),
                Announcement.of(move, from.name()), request.limit().toNanos() / 2);
        announced = position >= 0 || position == IpcaService.NO_IPCA;
        return announced;
    }

    boolean byHypervisor() {
        return byHypervisor;
    }

    /** The winner reads the announcement. On its first processor. */
    void announcedTo(BootRun winner, int source) {
        if (winner.partition() != to || source != move.fromNumber() || heard) {
            return;
        }
        heard = true;
        String veto = winner.asked("arriving", () -> winner.operatingSystem()
                .arriving(new MoveView(this, winner, true), winner.firmware()));
        mover.control().queue(() -> {
            if (phase == Phase.RELEASING && veto != null) {
                safely(() -> vetoed(winner, veto));
            } else if (phase == Phase.RELEASING) {
                // The loser has announced it and not yet returned.
                early = winner;
            } else {
                answered(Phase.ARRIVING, winner, veto);
            }
        });
    }

    /** Both agree: the loser lets go of it. */
    private void leave() {
        phase = Phase.LEAVING;
        asked = null;
        if (!letGo()) {
            log(handover.waitsFor());
            mover.control().later(request.limit(), () -> late(Phase.LEAVING));
            mover.control().later(RETRY, this::retry);
        }
    }

    /** Goes on when the loser has let go, or something is in the way; whether one of both. */
    private boolean letGo() {
        String obstacle = obstacle();
        boolean released = false;
        if (obstacle == null) {
            try {
                released = handover.release();
            } catch (UncheckedIOException e) {
                obstacle = e.getMessage();
            }
        }
        if (obstacle != null) {
            undo(obstacle);
        } else if (released) {
            commit();
        }
        return obstacle != null || released;
    }

    private void retry() {
        safely(() -> {
            if (phase == Phase.LEAVING && !letGo()) {
                mover.control().later(RETRY, this::retry);
            }
        });
    }

    /** A processor has left a boot; whether that was waited for here. */
    boolean left(BootRun boot) {
        boolean mine = phase == Phase.LEAVING && handover.left(boot);
        if (mine) {
            safely(this::letGo);
        }
        return mine;
    }

    /** A boot has ended: it answers nothing more, and all its processors have left. */
    void ended(BootRun boot) {
        if (left(boot) || asked != boot) {
            return;
        }
        String what = boot.partition().name() + " ended before it answered";
        if (request.overrule()) {
            note = note(what);
            answered(phase, boot, null);
        } else {
            safely(() -> undo(what));
        }
    }

    private void commit() {
        phase = Phase.HANDING;
        move = mover.journal().state(move, Move.State.COMMITTED, note);
        log("is committed");
        hand();
    }

    private void hand() {
        String more = handover.hand(move);
        if (more == null) {
            mover.control().queue(() -> safely(() -> {
                if (phase == Phase.HANDING) {
                    hand();
                }
            }));
            return;
        }
        phase = Phase.OVER;
        note = more.isEmpty() ? note : note(more);
        move = mover.journal().state(move, Move.State.DONE, note);
        end("done" + (note.isEmpty() ? "" : ": " + note));
    }

    /** What has happened meanwhile that is in the way, or null. */
    private String obstacle() {
        int owner = mover.ownership().owner(move.resource());
        if (owner != move.fromNumber()) {
            return move.resource() + (owner == 0
                    ? " has come free meanwhile"
                    : " was given to " + mover.name(owner) + " meanwhile");
        }
        if (to != null && !mover.present(to)) {
            return to.name() + " was destroyed meanwhile";
        }
        String obstacle = elsewhere.get();
        return obstacle == null ? handover.obstacle() : obstacle;
    }

    /** The loser keeps it. */
    void undo(String reason) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        handover.keep();
        note = note(reason);
        move = mover.journal().state(move, Move.State.UNDONE, note);
        end("undone: " + note);
    }

    private void end(String what) {
        log(what);
        mover.ended(this);
        tell(Mover.running(from));
        tell(Mover.running(to));
        // The journal has room for the beginning of a long outcome alone.
        done.complete(new Move(move.id(), move.resource(), move.from(), move.fromNumber(),
                move.to(), move.toNumber(), move.state(), move.begun(), move.ended(),
                move.cause(), note));
    }

    /** The hypervisor stops: what is decided is finished, all else undone. */
    void close() {
        while (phase == Phase.HANDING) {
            safely(this::hand);
        }
        undo("the hypervisor stopped");
    }

    /** Whether it has not ended. Any thread. */
    boolean open() {
        return !move.state().ended();
    }

    private void tell(BootRun boot) {
        if (boot != null) {
            boot.notice(() -> boot.told(move));
        }
    }

    private void log(String what) {
        LOGGER.log(System.Logger.Level.INFO, "move={0} resource={1} from={2} to={3} {4}",
                Long.toString(move.id()), move.resource(),
                from == null ? "(free)" : from.name(), to == null ? "(free)" : to.name(), what);
    }
}
