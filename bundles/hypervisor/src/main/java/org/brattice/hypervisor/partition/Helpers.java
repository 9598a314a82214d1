package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.api.Helping;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;
import org.brattice.api.UnreadMessage;
import org.brattice.api.Verdict;

/**
 * Partitions that help those that name them when they fail (S12): they hear of it before a verdict is given, may vote, look at
 * what is left, and take slots over, which go back when the failed partition runs again.
 */
final class Helpers {
    private static final Set<Kind> FAILURES = EnumSet.of(Kind.BOOT_FAILED, Kind.DEADLINE_MISSED,
            Kind.PROCESSOR_HUNG, Kind.OUT_OF_MEMORY, Kind.CORRUPTED, Kind.DEPENDENCY_LOST);
    private static final long VOTE_MILLIS = 250;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ControlThread control;
    private final Partitions partitions;
    private final Holdings holdings;
    private final Mover mover;
    /** Votes that are waited for, by the sequence number of the fault. Any thread. */
    private final Map<Long, CompletableFuture<List<Verdict>>> votes = new ConcurrentHashMap<>();
    /** What helpers may help with, by the sequence number of the fault. Any thread. */
    private final Map<Long, Failure> failures = new ConcurrentHashMap<>();
    /** What helpers have taken over. Control thread. */
    private final List<Taken> taken = new ArrayList<>();

    /** A partition that has failed, and the boot that has, or null. */
    private record Failure(LogicalPartition partition, BootRun boot) {}

    private record Taken(Resource resource, LogicalPartition from, LogicalPartition helper) {}

    Helpers(ControlThread control, Partitions partitions, Holdings holdings, Mover mover) {
        this.control = control;
        this.partitions = partitions;
        this.holdings = holdings;
        this.mover = mover;
    }

    private LogicalPartition helper(LogicalPartition failed) {
        Declaration declaration = failed.declaration();
        return declaration == null || declaration.helper().isEmpty()
                ? null
                : partitions.named(declaration.helper());
    }

    /** What the helper of a partition says of its fault: asked for by the message that tells of it. Control thread. */
    CompletableFuture<List<Verdict>> votes(LogicalPartition failed, BootRun boot, Fault fault) {
        LogicalPartition helper = helper(failed);
        if (helper == null || Mover.running(helper) == null || !FAILURES.contains(fault.kind())) {
            return CompletableFuture.completedFuture(List.of());
        }
        failures.put(fault.sequence(), new Failure(failed, boot));
        CompletableFuture<List<Verdict>> vote = new CompletableFuture<>();
        votes.put(fault.sequence(), vote);
        return vote.completeOnTimeout(List.of(), VOTE_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((verdicts, failure) -> votes.remove(fault.sequence(), vote));
    }

    /** A boot has read of a fault. On its first processor. */
    void told(BootRun reader, Fault fault) {
        reader.guarded(Kind.TASK_THREW, "faulted", () -> reader.firmware().faulted(fault));
        Failure failure = failures.get(fault.sequence());
        if (failure == null || helper(failure.partition()) != reader.partition()) {
            // It is no failure, or one that is over.
            return;
        }
        View view = new View(reader, failure, fault);
        reader.guarded(Kind.TASK_THREW, "helping", () -> reader.firmware().helping(view));
        view.over = true;
        CompletableFuture<List<Verdict>> vote = votes.get(fault.sequence());
        if (vote != null) {
            vote.complete(view.verdict == null ? List.of() : List.of(view.verdict));
        }
    }

    private void takeOver(LogicalPartition failed, BootRun boot, LogicalPartition helper,
            Resource slot) {
        control.queue(() -> mover.move(new MoveRequest(slot, helper.name(), true, LIMIT,
                helper.name() + " helps, as " + failed.name() + " has failed"), () -> null)
                .whenComplete((move, failure) -> control.queue(() -> {
                    if (move != null && move.state() == Move.State.DONE) {
                        taken.add(new Taken(slot, failed, helper));
                        BootRun now = Mover.running(failed);
                        if (now != null && now != boot) {
                            // It has come back before it was gone.
                            running(failed);
                        }
                    } else {
                        LOGGER.log(System.Logger.Level.WARNING, "partition={0} could not take {1}"
                                + " over from {2}: {3}", helper.name(), slot, failed.name(),
                                failure == null ? move.outcome() : failure.getMessage());
                    }
                })));
    }

    /** A partition runs: what its helper took over goes back to it. Control thread. */
    void running(LogicalPartition partition) {
        failures.values().removeIf(
                one -> one.partition() == partition && one.boot() != partition.boot());
        List<Taken> back = taken.stream().filter(one -> one.from() == partition).toList();
        taken.removeAll(back);
        LogicalPartition helper = back.isEmpty() ? null : back.getFirst().helper();
        List<CompletableFuture<Boolean>> moves = back.stream().filter(this::still)
                .map(this::handBack).toList();
        CompletableFuture.allOf(moves.toArray(CompletableFuture[]::new)).thenRun(() -> {
            BootRun boot = helper == null ? null : Mover.running(helper);
            if (boot != null && moves.stream().allMatch(CompletableFuture::join)) {
                boot.notice(() -> boot.guarded(Kind.TASK_THREW, "handedBack",
                        () -> boot.firmware().handedBack(partition.name())));
            }
        });
    }

    /** Moves back what was taken over; what does not go stays on the list for the next time. */
    private CompletableFuture<Boolean> handBack(Taken one) {
        return mover.move(new MoveRequest(one.resource(), one.from().name(), false, LIMIT,
                one.from().name() + " runs again: " + one.helper().name() + " hands back"),
                () -> null).handle((move, failure) -> {
                    boolean done = move != null && move.state() == Move.State.DONE;
                    if (!done) {
                        LOGGER.log(System.Logger.Level.WARNING, "{0} does not go back to {1} yet:"
                                + " {2}", one.resource(), one.from().name(),
                                failure == null ? move.outcome() : failure.getMessage());
                        control.queue(() -> taken.add(one));
                    }
                    return done;
                });
    }

    /** A fault is dealt with, and nothing has become of its boot. Any thread. */
    void over(long fault) {
        failures.remove(fault);
    }

    private boolean still(Taken one) {
        return holdings.ownership().owns(one.helper().number(), one.resource());
    }

    /** A partition is no more. Control thread. */
    void destroyed(LogicalPartition partition) {
        taken.removeIf(one -> one.from() == partition || one.helper() == partition);
        failures.values().removeIf(one -> one.partition() == partition);
    }

    /** What a helper may do. */
    private final class View implements Helping {
        private final BootRun helper;
        private final Failure failure;
        private final LogicalPartition failed;
        private final Fault fault;
        private volatile boolean over;
        private Verdict verdict;

        View(BootRun helper, Failure failure, Fault fault) {
            this.helper = helper;
            this.failure = failure;
            this.failed = failure.partition();
            this.fault = fault;
        }

        private void check(boolean open) {
            if (!open || helper.fenced() || Processor.current() != helper.scanning()
                    || failures.get(fault.sequence()) != failure) {
                throw new HypervisorCallException("partition " + failed.name() + " is helped on the"
                        + " first processor of " + helper.partition().name()
                        + ", until it runs again; a vote is given until Firmware.helping returns");
            }
        }

        @Override
        public Fault fault() {
            return fault;
        }

        @Override
        public String partition() {
            return failed.name();
        }

        @Override
        public int number() {
            return failed.number();
        }

        @Override
        public List<UnreadMessage> unread(int limit) {
            check(true);
            return holdings.vsr().remains(helper.scanning().holder(), failed.number(), limit);
        }

        @Override
        public List<String> slots() {
            return holdings.ownership().slots().of(failed.name());
        }

        @Override
        public void takeOver(String location) {
            check(true);
            if (!failed.name().equals(holdings.ownership().slots().owner(location))) {
                throw new HypervisorCallException("slot=" + location
                        + " is not owned by partition " + failed.name());
            }
            Helpers.this.takeOver(failed, failure.boot(), helper.partition(),
                    new Resource.Slot(location));
        }

        @Override
        public void vote(Verdict vote) {
            check(!over);
            if (vote instanceof Verdict.Escalate) {
                throw new IllegalArgumentException("vote=" + vote
                        + " is not a helper's: it would end all partitions");
            }
            verdict = Objects.requireNonNull(vote, "vote");
        }
    }
}
