package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import org.brattice.api.Fault;
import org.brattice.api.FaultReport;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.Verdict;
import org.osgi.framework.Bundle;

/**
 * Reports faults to the recovery modules, and carries out what they say (S12); what nobody answers it answers
 * itself. Of one kind of fault of a partition one is dealt with at a time: a storm is as much work as one fault now
 * and then. Control thread, unless said otherwise.
 */
final class Recoverer implements Faults.Listener, LifeCycle.Listener {
    /** From the end of one recovery until the same kind of fault is reported again. */
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** How long a partition runs before earlier restarts are forgotten. */
    private static final Duration WELL = Duration.ofSeconds(30);
    /** How long firmware that was rolled back may take to begin to boot. */
    private static final Duration BOOTS = Duration.ofSeconds(2);
    /** How long a bundle may take to be rolled back, and its partition to run. */
    private static final Duration ROLL_BACK = Duration.ofSeconds(30);
    private static final String STOPS = "the hypervisor stops";
    private static final int BACK_OFF_MILLIS = 50;
    private static final int BACK_OFF_MOST_MILLIS = 30_000;
    private static final int REMEMBERED = 256;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ControlThread control;
    private final LifeCycle lifeCycle;
    private final Remaps remaps;
    private final Departures departures;
    private final ProcessRestart process;
    private final Watchdog watchdog;
    private final FaultNews news;
    private final Helpers helpers;
    private final Probation probation;
    /** What is being dealt with. Any thread. */
    private final Map<Key, Case> open = new ConcurrentHashMap<>();
    private final Map<LogicalPartition, Restarts> restarts = new HashMap<>();
    /** Partitions that a case has booted and that do not run yet. */
    private final Map<LogicalPartition, Case> booting = new HashMap<>();
    /** The latest by number, oldest first, and nothing of their boots. Any thread, under its own monitor. */
    private final NavigableMap<Long, Recovery> history = new TreeMap<>();
    private volatile Adviser adviser = report -> CompletableFuture.completedFuture(null);
    private volatile Function<LogicalPartition, PartitionInfo> info;
    private volatile Jars jars;
    private volatile boolean closing;
    /** What operators wait for. Any thread. */
    private final Set<CompletableFuture<Recovery>> asked = ConcurrentHashMap.newKeySet();
    private long cases;

    private record Key(LogicalPartition partition, Fault.Kind kind) {}

    /** What is to be done, and who says so. */
    record Advice(Verdict verdict, String module) {}

    /** Gives verdicts: null when nobody has one. Any thread. */
    interface Adviser {
        CompletableFuture<Advice> advise(FaultReport report);
    }

    /** Moves IPCAs, and empties them. */
    interface Remaps {
        /** Why a partition cannot restart cold, as far as can be seen while it runs; or null. */
        String refusesEmpty(LogicalPartition partition);

        /**
         * Moves a partition's IPCA to a fresh region.
         *
         * @param done told on the control thread what was done; or why not, when the first is false
         */
        void remap(LogicalPartition partition, String why, Done done);
    }

    /** The jars that last ran well. Any thread. */
    interface Jars {
        /** What a bundle could be rolled back to, in words, or "". Returns at once. */
        String good(long bundleId);

        /** The file that says what of a bundle was rolled back. */
        String condemned(long bundleId);

        /**
         * A partition of a bundle has run for a while. Returns at once.
         *
         * @param modified when its content was last modified, as of the firmware that ran
         */
        void ranWell(Bundle bundle, long modified);

        /** Any content of a bundle. */
        long ANY = -1;

        /**
         * Updates a bundle to what last ran well, and starts it.
         *
         * @param modified when the content that is to be rolled back was last modified, or {@link #ANY}: another stays
         * @param wanted whether it is to be done still, asked on any thread
         */
        void rollBack(long bundleId, long modified, BooleanSupplier wanted, Done done);
    }

    /** What has come of something; on any thread. */
    interface Done {
        void done(boolean carriedOut, String outcome);
    }

    /** Ends the process, to be started again. */
    interface ProcessRestart {
        /** Returns why it cannot be ended, when it cannot. */
        String restart(String why);
    }

    /** Restarts that verdicts asked for, since the partition last ran well. */
    private static final class Restarts {
        /** When the jar was. */
        private final long modified;
        private int count;
        private Instant running;

        Restarts(long modified) {
            this.modified = modified;
        }

        /** How many there were before something happened. */
        private int before(Instant moment) {
            if (running != null && running.plus(WELL).isBefore(moment)) {
                count = 0;
                running = null;
            }
            return count;
        }
    }

    Recoverer(ControlThread control, LifeCycle lifeCycle, Remaps remaps, Departures departures,
            ProcessRestart process, Watchdog watchdog, FaultNews news, Helpers helpers,
            Duration well) {
        this.news = news;
        this.helpers = helpers;
        this.probation = new Probation(control, well, this::ranWell);
        this.control = control;
        this.lifeCycle = lifeCycle;
        this.remaps = remaps;
        this.departures = departures;
        this.process = process;
        this.watchdog = watchdog;
    }

    /** Who gives verdicts, and who describes partitions to them. Before the first partition boots. */
    void adviser(Adviser newAdviser, Function<LogicalPartition, PartitionInfo> description,
            Jars goodJars) {
        adviser = newAdviser;
        jars = goodJars;
        info = description;
    }

    // From any thread

    @Override
    public void fault(LogicalPartition culprit, Fault fault) {
        if (culprit.number() == 0) {
            return;
        }
        Case fresh = new Case(culprit, fault, culprit.boot(), null);
        Case now = open.compute(new Key(culprit, fault.kind()), (key, before) -> {
            if (before != null) {
                before.again = fresh;
            }
            return before == null ? fresh : before;
        });
        if (now == fresh) {
            control.queue(() -> guarded(fresh, () -> report(fresh)));
        }
    }

    /** Carries out what an operator says. */
    CompletableFuture<Recovery> recover(LogicalPartition partition, Verdict verdict) {
        CompletableFuture<Recovery> done = new CompletableFuture<>();
        asked.add(done);
        done.whenComplete((recovery, failure) -> asked.remove(done));
        boolean queued = control.queue(() -> carryOut(
                new Case(partition, null, partition.boot(), done),
                new Advice(verdict, "operator")));
        if (!queued || closing) {
            done.completeExceptionally(new IllegalArgumentException(STOPS));
        }
        return done;
    }

    /** The hypervisor stops, or the framework: nothing is recovered any more, and nobody waits for that. */
    void close() {
        closing = true;
        asked.forEach(one -> one.completeExceptionally(new IllegalArgumentException(STOPS)));
    }

    /** Has a partition hear of another's fault. */
    void tell(String name, Fault fault) {
        control.queue(() -> {
            LogicalPartition culprit = lifeCycle.partition(fault.number());
            if (culprit != null && !culprit.name().equals(name)) {
                news.tell(name, culprit, fault);
            }
        });
    }

    /** The latest, oldest first. */
    List<Recovery> recoveries() {
        synchronized (history) {
            return List.copyOf(history.values());
        }
    }

    // The control thread

    /** One step of a case: what goes wrong in the hypervisor ends the case, and leaves nobody waiting. */
    private static void guarded(Case one, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.ERROR, "recovery of partition=" + one.partition.name(),
                    e);
            one.end(false, "the hypervisor failed: " + e);
        }
    }

    private void report(Case one) {
        // Before its helper hears of it.
        CompletableFuture<List<Verdict>> vote = helpers.votes(one.partition, one.boot, one.fault);
        news.fault(one.partition, one.fault);
        vote.thenAccept(votes -> control.queue(() -> guarded(one, () -> ask(one, votes))));
    }

    private void ask(Case one, List<Verdict> votes) {
        if (lifeCycle.partition(one.partition.name()) != one.partition) {
            one.end(false, "it was destroyed meanwhile");
            return;
        }
        FaultReport report = new FaultReport(one.fault, info.apply(one.partition),
                restarts(one.partition).before(one.begun), one.runs(), votes,
                jars.good(one.partition.bundleId()));
        adviser.advise(report).whenComplete((advice, failure) -> control.queue(
                () -> carryOut(one, advice == null ? lastResort(one, votes) : advice)));
    }

    /** What becomes of a fault that no module has an answer to. */
    private static Advice lastResort(Case one, List<Verdict> votes) {
        if (!votes.isEmpty()) {
            return new Advice(votes.getFirst(), "helper");
        }
        Verdict verdict = one.fault.kind() == Fault.Kind.PROCESSOR_HUNG
                ? new Verdict.Reassign("")
                : new Verdict.Ignore();
        return new Advice(verdict, "hypervisor");
    }

    private void carryOut(Case one, Advice advice) {
        one.begin(++cases, advice);
        guarded(one, () -> {
            String obstacle = obstacle(one);
            if (obstacle != null) {
                one.end(false, obstacle);
                return;
            }
            switch (advice.verdict()) {
                case Verdict.Ignore() -> one.end(true, "");
                case Verdict.Restart(Duration delay) -> restart(one, delay, false);
                case Verdict.ColdRestart(Duration delay) -> restart(one, delay, true);
                case Verdict.Remap() -> remaps.remap(one.partition, one.why(), one::end);
                case Verdict.Hold() -> hold(one, LogicalPartition.Hold.Kind.HELD);
                case Verdict.Quarantine() -> hold(one, LogicalPartition.Hold.Kind.QUARANTINED);
                case Verdict.Reassign(String standby) -> reassign(one, standby);
                case Verdict.RollBack() -> rollBack(one);
                case Verdict.Escalate() -> one.end(false, process.restart(one.why()));
            }
        });
    }

    /** Why nothing is done at all: what was decided since the fault holds, but for what an operator says. */
    private String obstacle(Case one) {
        LogicalPartition.Hold hold = one.partition.hold();
        if (closing) {
            return STOPS;
        }
        if (one.superseded()) {
            return "it has booted anew since the fault";
        }
        if (one.fault != null && hold != null) {
            return "decided already: " + hold.reason();
        }
        boolean lifts = switch (one.recovery.verdict()) {
            case Verdict.Reassign any -> false;
            case Verdict.Hold any -> false;
            case Verdict.RollBack any -> false;
            default -> true;
        };
        return hold != null && hold.kind() == LogicalPartition.Hold.Kind.QUARANTINED && !lifts
                ? "it is in quarantine: say recover " + one.partition.name() + " restart first"
                : null;
    }

    /** Of the jar that its firmware is from: an update begins anew. */
    private Restarts restarts(LogicalPartition partition) {
        FirmwareSource source = partition.source();
        return restarts.compute(partition, (any, before) -> before == null
                || source != null && source.modified() != before.modified
                        ? new Restarts(source == null ? 0 : source.modified())
                        : before);
    }

    // Restart

    private void restart(Case one, Duration asked, boolean cold) {
        LogicalPartition partition = one.partition;
        if (partition.source() == null) {
            one.end(false, lifeCycle.why(partition));
            return;
        }
        boolean mayGoOn = one.fault == null && one.runs();
        String refusal = cold && mayGoOn ? remaps.refusesEmpty(partition) : null;
        if (refusal != null) {
            one.end(false, refusal);
            return;
        }
        Duration least = delay(one);
        Duration delay = asked.compareTo(least) < 0 ? least : asked;
        LogicalPartition.Hold hold = new LogicalPartition.Hold(
                LogicalPartition.Hold.Kind.RESTARTS,
                "it restarts" + in(delay) + ", because " + one.why());
        end(one, hold,
                () -> control.later(delay, () -> guarded(one, () -> boot(one, hold, cold))));
    }

    /** So that a partition that fails again and again does not spin, whatever modules say. */
    static Duration backOff(int restartsBefore) {
        return restartsBefore == 0
                ? Duration.ZERO
                : Duration.ofMillis(Math.min(BACK_OFF_MOST_MILLIS,
                        (long) BACK_OFF_MILLIS << Math.min(20, restartsBefore - 1)));
    }

    private void boot(Case one, LogicalPartition.Hold hold, boolean cold) {
        LogicalPartition partition = one.partition;
        if (partition.hold() != hold) {
            one.end(false, partition.boot() == null
                    ? "something else has become of it meanwhile: " + partition.status().reason()
                    : "its bundle has booted it meanwhile");
            return;
        }
        partition.hold(null);
        lifeCycle.boot(partition, cold);
        if (partition.boot() != null) {
            boots(one);
            return;
        }
        String why = lifeCycle.why(partition);
        if (cold) {
            // It must not boot by itself with what it was to lose.
            LogicalPartition.Hold held = new LogicalPartition.Hold(
                    LogicalPartition.Hold.Kind.HELD, "it is held, because it could not boot cold: "
                            + why + "; then say recover " + partition.name() + " cold");
            partition.hold(held);
            lifeCycle.forgetRefusal(partition);
            partition.state(PartitionState.FAILED, held.reason());
        } else {
            departures.idle(partition);
        }
        one.end(false, "it could not boot: " + why);
    }

    /** A case waits for a partition to run. */
    private void boots(Case one) {
        Case before = booting.put(one.partition, one);
        if (before != null && before != one) {
            before.end(false, "another verdict was given meanwhile: " + one.recovery.verdict());
        }
    }

    @Override
    public void running(LogicalPartition partition) {
        watchdog.running(partition.boot());
        helpers.running(partition);
        probation.running(partition.boot());
        restarts(partition).running = Instant.now();
        Case one = booting.remove(partition);
        if (one != null) {
            one.end(true, "it runs" + (one.recovery.verdict() instanceof Verdict.RollBack
                    ? " " + partition.bundle() + "; the jar that was rolled back is refused, until "
                            + jars.condemned(partition.bundleId()) + " is removed"
                    : ""));
        }
    }

    /** A jar runs well when all partitions of it do. */
    private boolean ranWell(BootRun boot) {
        boolean all = lifeCycle.allRun(boot.source().bundle());
        if (all) {
            jars.ranWell(boot.source().bundle(), boot.source().modified());
        }
        return all;
    }

    @Override
    public void over(LogicalPartition partition) {
        Case one = booting.remove(partition);
        if (one != null) {
            one.end(false, "it ended before it ran: " + partition.status().reason());
        }
    }

    @Override
    public void destroyed(LogicalPartition partition) {
        restarts.remove(partition);
        news.destroyed(partition);
        helpers.destroyed(partition);
        over(partition);
    }

    // Roll back

    private void rollBack(Case one) {
        LogicalPartition partition = one.partition;
        if (jars.good(partition.bundleId()).isEmpty()) {
            one.end(false, "there is no other jar of it that ran well");
            return;
        }
        FirmwareSource failed = one.boot == null ? partition.source() : one.boot.source();
        long modified = failed == null ? Jars.ANY : failed.modified();
        LogicalPartition.Hold hold = LogicalPartition.Hold.rollBack(one.why(), modified);
        end(one, hold, () -> {
            if (partition.hold() != hold) {
                one.end(false, "something else has become of it meanwhile");
                return;
            }
            boots(one);
            jars.rollBack(partition.bundleId(), modified, () -> partition.hold() == hold,
                    (carriedOut, outcome) -> control.queue(
                            () -> guarded(one, () -> rolledBack(one, hold, carriedOut, outcome))));
            control.later(ROLL_BACK, () -> {
                if (partition.boot() == null) {
                    notRolledBack(one, hold, () -> "its bundle did not stop and start in "
                            + ROLL_BACK.toSeconds() + " s");
                }
            });
        });
    }

    private void rolledBack(Case one, LogicalPartition.Hold hold, boolean carriedOut,
            String outcome) {
        LogicalPartition partition = one.partition;
        if (carriedOut) {
            // Its firmware is there, and may be refused: then nobody tells of a boot.
            control.later(BOOTS, () -> {
                if (partition.boot() == null) {
                    notRolledBack(one, hold, () -> "its bundle was rolled back to " + outcome
                            + ", and it does not boot: " + lifeCycle.why(partition));
                }
            });
        } else {
            notRolledBack(one, hold, () -> outcome);
        }
    }

    /** Nobody waits for it any more, and nothing holds it: it boots as it is, or its resources go. */
    private void notRolledBack(Case one, LogicalPartition.Hold hold, Supplier<String> outcome) {
        LogicalPartition partition = one.partition;
        if (!booting.remove(partition, one)) {
            return;
        }
        one.end(false, outcome.get());
        if (partition.hold() == hold && partition.source() != null) {
            // As after a restart: who says roll back again and again does not have it spin.
            again(one, one.recovery.outcome());
            return;
        }
        if (partition.hold() == hold) {
            partition.hold(null);
            partition.state(PartitionState.FAILED, one.recovery.outcome());
        }
        if (partition.boot() == null) {
            departures.idle(partition);
        }
    }

    /** It boots as it is, not sooner than after a restart. */
    private void again(Case one, String why) {
        LogicalPartition partition = one.partition;
        Duration delay = delay(one);
        LogicalPartition.Hold hold = new LogicalPartition.Hold(
                LogicalPartition.Hold.Kind.RESTARTS, why + ": it restarts as it is" + in(delay));
        partition.hold(hold);
        partition.state(PartitionState.FAILED, hold.reason());
        control.later(delay, () -> {
            if (partition.hold() == hold) {
                partition.hold(null);
                lifeCycle.boot(partition, false);
                if (partition.boot() == null) {
                    departures.idle(partition);
                }
            }
        });
    }

    /** How long a partition waits for its next boot, which counts from now on. */
    private Duration delay(Case one) {
        Restarts before = restarts(one.partition);
        int restarted = before.before(one.begun);
        before.count++;
        before.running = null;
        return one.fault == null ? Duration.ZERO : backOff(restarted);
    }

    private static String in(Duration delay) {
        return delay.isZero() ? "" : " in " + delay.toMillis() + " ms";
    }

    // Other ends

    private void hold(Case one, LogicalPartition.Hold.Kind kind) {
        String then = one.partition.source() == null && kind == LogicalPartition.Hold.Kind.HELD
                ? "it boots when its firmware is back"
                : "say recover " + one.partition.name() + " restart, and it boots";
        LogicalPartition.Hold hold = new LogicalPartition.Hold(kind,
                kind.text() + ", because " + one.why() + ": " + then);
        end(one, hold, () -> {
            boolean held = one.partition.hold() == hold;
            one.end(held, held ? hold.reason() : "something else has become of it meanwhile");
        });
    }

    private void reassign(Case one, String standby) {
        LogicalPartition partition = one.partition;
        LogicalPartition other = standby.isEmpty() ? null : lifeCycle.partition(standby);
        if (!standby.isEmpty() && (other == null || other.number() == 0 || other == partition)) {
            one.end(false, "standby=" + standby + " is no other partition of the frame");
            return;
        }
        partition.hold(null);
        lifeCycle.endBoot(partition, one.why(), one.hung(), () -> {
            if (partition.boot() != null) {
                one.end(false, "its bundle has booted it meanwhile");
                return;
            }
            String where = standby.isEmpty() ? "where the policies say" : "to " + standby;
            if (departures.now(partition, standby)) {
                partition.state(partition.state(), "its resources go " + where + ", because "
                        + one.why() + ": say recover " + partition.name()
                        + " restart, and it boots");
                one.end(true, "its resources go " + where);
            } else {
                one.end(false, "it owns nothing that could go");
            }
        });
    }

    /** Ends its boot; a hold keeps its resources where they are. */
    private void end(Case one, LogicalPartition.Hold hold, Runnable then) {
        one.partition.hold(hold);
        lifeCycle.forgetRefusal(one.partition);
        lifeCycle.endBoot(one.partition, hold.reason(), one.hung(), () -> {
            if (one.partition.hold() == hold) {
                one.partition.state(PartitionState.FAILED, hold.reason());
            }
            then.run();
        });
    }

    /** A fault, or an operator's wish, that is being dealt with. */
    private final class Case {
        private final LogicalPartition partition;
        private final Fault fault;
        /** That ran when the fault was seen, or null. */
        private final BootRun boot;
        private final CompletableFuture<Recovery> done;
        private final long start = System.nanoTime();
        private final Instant begun = Instant.now();
        private volatile Recovery recovery;
        private boolean ended;
        /** A later fault of its kind; in the map's own order. */
        private Case again;

        Case(LogicalPartition partition, Fault fault, BootRun boot,
                CompletableFuture<Recovery> done) {
            this.partition = partition;
            this.fault = fault;
            this.boot = boot;
            this.done = done;
        }

        boolean runs() {
            return boot != null && partition.boot() == boot && !boot.stopping();
        }

        boolean hung() {
            return fault != null && fault.kind() == Fault.Kind.PROCESSOR_HUNG;
        }

        /** Whether there is a boot that has nothing to do with it. */
        boolean superseded() {
            return partition.boot() != null && partition.boot() != boot;
        }

        String why() {
            return fault == null ? "an operator said so" : fault.kind() + ": " + fault.cause();
        }

        private void state(Advice advice, long id, Recovery.State state, String outcome) {
            recovery = new Recovery(id, fault == null ? 0 : fault.sequence(),
                    fault == null ? null : fault.kind(), partition.name(), partition.number(),
                    advice.module(), advice.verdict(), state, begun,
                    Duration.ofNanos(System.nanoTime() - start), outcome);
            synchronized (history) {
                history.replace(id, recovery);
            }
        }

        void begin(long id, Advice advice) {
            state(advice, id, Recovery.State.BEGUN, "");
            boolean trivial = advice.module().equals("hypervisor")
                    && advice.verdict() instanceof Verdict.Ignore;
            if (trivial) {
                return;
            }
            LOGGER.log(System.Logger.Level.INFO, "recovery={0} partition={1} verdict={2} of={3}"
                    + " because {4}", Long.toString(id), partition.name(), advice.verdict(),
                    advice.module(), why());
            synchronized (history) {
                history.put(id, recovery);
                if (history.size() > REMEMBERED) {
                    history.pollFirstEntry();
                }
            }
        }

        void end(boolean carriedOut, String outcome) {
            if (ended) {
                return;
            }
            ended = true;
            if (recovery == null) {
                begin(++cases, new Advice(new Verdict.Ignore(), "hypervisor"));
            }
            if (fault != null && boot != null && partition.boot() == boot) {
                // It goes on: there is nothing to help with.
                helpers.over(fault.sequence());
            }
            state(new Advice(recovery.verdict(), recovery.module()), recovery.id(),
                    carriedOut ? Recovery.State.DONE : Recovery.State.FAILED, outcome);
            if (!outcome.isEmpty()) {
                LOGGER.log(System.Logger.Level.INFO,
                        "recovery={0} partition={1} {2} in ms={3}: {4}",
                        Long.toString(recovery.id()), partition.name(),
                        carriedOut ? "done" : "failed", Long.toString(recovery.took().toMillis()),
                        outcome);
            }
            if (done != null) {
                done.complete(recovery);
            }
            if (fault != null) {
                control.later(PAUSE, this::close);
            }
        }

        /** The same kind of fault is reported again from now on: at once when it was seen meanwhile. */
        private void close() {
            Key key = new Key(partition, fault.kind());
            Case next = open.compute(key, (any, me) -> again);
            if (next != null) {
                guarded(next, () -> report(next));
            }
        }
    }
}
