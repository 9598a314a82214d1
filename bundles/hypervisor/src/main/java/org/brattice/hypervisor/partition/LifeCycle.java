package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import org.brattice.api.Fault.Kind;
import org.brattice.api.PartitionState;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/**
 * The life of partitions: admitted, booted, stopped, shut out, destroyed. Events come in from any thread
 * and are queued for the control thread, where everything else happens.
 */
final class LifeCycle implements Destroyer.Boots {
    private static final Duration FENCE_RETRY = Duration.ofMillis(20);
    /** How often it is looked whether firmware that has gone is back, twice in the settle time. */
    private static final int LOOKS = 20;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ControlThread control;
    private final Partitions partitions;
    private final Holdings holdings;
    private final Declarations declarations;
    private final Deadlines deadlines;
    private final Runnable changed;
    private final Function<NewBoot, BootRun> boots;
    private final Consumer<BootRun> ended;
    private final Departures departures;
    private final Supply supply;
    /** Firmware for whose partition others have been asked for what they can spare. */
    private final Set<FirmwareSource> supplied = new HashSet<>();
    /** What partitions that boot lack of what they declare. */
    private final Map<LogicalPartition, Missing> lacking = new HashMap<>();
    private final Map<FirmwareSource, Refusal> refused = new ConcurrentHashMap<>();
    private final List<BootRun> hung = new ArrayList<>();
    private final Runaways runaways;
    /** Boots that have ended while a thread of theirs still transferred to their memory. */
    private final List<BootRun> lingering = new ArrayList<>();
    private final Destroyer destroyer;
    /** Bundles of partitions whose firmware has gone. */
    private final Map<LogicalPartition, Bundle> deserted = new HashMap<>();
    /** What is to be done when boots have ended. */
    private final Map<BootRun, List<Runnable>> after = new HashMap<>();
    /** Partitions whose next boot is to find its memory zero. */
    private final Set<LogicalPartition> cold = new HashSet<>();
    private Listener listener;
    /** Whether what was refused is about to be tried again. */
    private final AtomicBoolean retries = new AtomicBoolean();
    private boolean closing;

    /** Why firmware was not taken, and since when. */
    record Refusal(String reason, Instant since) {}

    /**
     * What a boot is made of.
     *
     * @param cold whether its memory is to be zero
     */
    record NewBoot(LogicalPartition partition, Declaration declaration, FirmwareSource source,
            long count, boolean cold) {}

    /** Hears what becomes of boots. Control thread. */
    interface Listener {
        /** A boot runs. */
        void running(LogicalPartition partition);

        /** A boot has ended. */
        void over(LogicalPartition partition);

        /** A partition is no more. */
        void destroyed(LogicalPartition partition);
    }

    LifeCycle(ControlThread control, Partitions partitions, Holdings holdings,
            Declarations declarations,
            Deadlines deadlines, Runnable changed, Function<NewBoot, BootRun> boots,
            Consumer<BootRun> ended, Departures departures, Supply supply, Runaways runaways) {
        this.control = control;
        this.partitions = partitions;
        this.holdings = holdings;
        this.declarations = declarations;
        this.deadlines = deadlines;
        this.changed = changed;
        this.boots = boots;
        this.ended = ended;
        this.departures = departures;
        this.supply = supply;
        this.runaways = runaways;
        this.destroyer = new Destroyer(control, partitions, holdings, departures, this);
    }

    /** Who hears what becomes of boots. Before the first. */
    void listener(Listener newListener) {
        listener = newListener;
    }

    // Events, from any thread

    /** A firmware service has come. */
    void firmwareAdded(FirmwareSource source, Map<String, ?> properties) {
        control.queue(() -> admit(source, properties));
    }

    /** A firmware service goes; completes when its boot has ended, or was shut out. */
    CompletableFuture<Void> firmwareRemoved(FirmwareSource source) {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        if (!control.queue(() -> remove(source, quiet))) {
            quiet.complete(null);
        }
        return quiet;
    }

    /**
     * A bundle has been uninstalled: its partitions are destroyed, their numbers retired; those that it
     * declared too, when they have not booted since the frame was taken over.
     */
    void uninstalled(Bundle bundle, List<String> declared) {
        control.queue(() -> partitions.all().stream()
                .filter(partition -> partition.bundleId() == bundle.getBundleId()
                        || partition.bundleId() == -1 && declared.contains(partition.name()))
                .toList().forEach(partition -> destroyer.destroy(partition, false)));
    }

    /** Room for dead letters has come free: partitions that wait for it are destroyed. */
    void lettersDropped() {
        control.queue(destroyer::again);
    }

    /**
     * Destroys a partition whose bundle is gone.
     *
     * @param discard whether its unread messages are lost, instead of kept as dead letters
     * @return why not, in words, or empty
     */
    CompletableFuture<Optional<String>> destroy(String name, boolean discard) {
        CompletableFuture<Optional<String>> done = new CompletableFuture<>();
        boolean queued = control.queue(() -> {
            LogicalPartition partition = partitions.named(name);
            String owner = partition == null
                    ? null
                    : declarations.owner(name,
                            partition.bundleId());
            String refusal;
            if (partition == null) {
                refusal = "partition=" + name + " is unknown";
            } else if (owner != null) {
                refusal = "partition=" + name + " belongs to bundle " + owner
                        + ": uninstall that, and it is destroyed";
            } else {
                refusal = destroyer.destroy(partition, discard);
            }
            done.complete(Optional.ofNullable(refusal));
        });
        if (!queued) {
            done.complete(Optional.of("the hypervisor stops"));
        }
        return done;
    }

    /** The boot is ready to read. */
    void running(BootRun boot) {
        control.queue(() -> {
            LogicalPartition partition = boot.partition();
            if (partition.boot() == boot && partition.state() == PartitionState.BOOTING) {
                partition.state(PartitionState.RUNNING,
                        "firmware of " + boot.source().description());
                listener.running(partition);
                Missing missing = lacking.remove(partition);
                if (missing != null && !missing.nothing()) {
                    supply.get(partition, missing, false,
                            partition.name() + " starts, and lacks " + missing
                                    + " of what it declares",
                            () -> partition.boot() == boot && !boot.stopping(), () -> {});
                }
            }
        });
    }

    /** The boot ends by itself, or failed. */
    void ending(BootRun boot) {
        control.queue(() -> {
            if (boot.partition().boot() == boot) {
                stop(boot, "its event scan ended");
            }
        });
    }

    /** The boot's last processor has ended. */
    void ended(BootRun boot) {
        control.queue(() -> end(boot));
    }

    /** Of the partition that firmware is for. */
    String name(FirmwareSource source) {
        return name(declarations.of(source.bundle()), source.properties());
    }

    /** Firmware that was refused, and why. */
    Map<FirmwareSource, Refusal> refused() {
        return refused;
    }

    // The control thread

    private void admit(FirmwareSource source, Map<String, ?> properties) {
        if (closing) {
            return;
        }
        try {
            String refusal = admitted(source, properties);
            if (refusal != null) {
                refuse(source, refusal);
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            refuse(source, e.getMessage());
        }
    }

    /** Boots firmware, or says why not. */
    private String admitted(FirmwareSource source, Map<String, ?> properties) {
        List<Declarations.Declared> declared = declarations.of(source.bundle());
        if (declared.isEmpty()) {
            return "bundle " + source.description()
                    + " declares no partition: put @Partition on its Firmware component";
        }
        String name = name(declared, properties);
        Declarations.Declared base = declared.stream().filter(one -> one.name().equals(name))
                .findFirst().orElse(declared.get(0));
        if (base.refusal() != null) {
            return base.refusal();
        }
        if (!Constants.SCOPE_PROTOTYPE.equals(properties.get(Constants.SERVICE_SCOPE))) {
            return "service.scope=" + properties.get(Constants.SERVICE_SCOPE)
                    + " must be prototype, so that each boot meets fresh firmware: put"
                    + " scope = ServiceScope.PROTOTYPE on its Firmware component";
        }
        Declaration declaration = Declaration.of(base.attributes(), properties);
        String holder = declarations.holder(declaration.name(), source.bundle());
        if (holder != null) {
            return Declarations.taken(declaration.name(), holder);
        }
        LogicalPartition partition = partitions.entry(declaration.name());
        BootRun boot = partition.boot();
        LogicalPartition.Hold hold = partition.hold();
        if (hold != null && hold.keepsOut(source)) {
            partition.source(source);
            return hold.reason();
        }
        if (boot == null) {
            partition.source(source);
            return start(partition, source, declaration);
        }
        if (boot.source().bundle() == source.bundle() && boot.stopping()) {
            partition.next(new LogicalPartition.Next(source, properties));
            return null;
        }
        return Declarations.taken(declaration.name(), boot.source().description());
    }

    private static String name(List<Declarations.Declared> declared, Map<String, ?> properties) {
        Object property = properties.get(Declaration.NAME);
        if (property != null) {
            return property.toString();
        }
        return declared.isEmpty() ? "" : declared.get(0).name();
    }

    private void refuse(FirmwareSource source, String reason) {
        refused.put(source, new Refusal(reason, Instant.now()));
        LOGGER.log(System.Logger.Level.WARNING, "partition of bundle {0} refused: {1}",
                source.description(), reason);
        changed.run();
    }

    private String start(LogicalPartition partition, FirmwareSource source,
            Declaration declaration) {
        destroyer.spare(partition);
        partition.hold(null);
        String refusal = declarations.bound(declaration);
        if (refusal == null) {
            // Before others give up something for one that cannot boot anyhow.
            refusal = holdings.refusal(declaration);
        }
        if (refusal == null && asksOthers(partition, source, declaration)) {
            return null;
        }
        if (refusal == null) {
            refusal = holdings.give(partition, declaration,
                    missing -> lacking.put(partition, missing));
        }
        boolean zero = cold.remove(partition);
        if (refusal == null && zero) {
            refusal = holdings.empty(partition);
        }
        if (refusal != null) {
            if (partition.number() == 0) {
                partitions.remove(partition);
            } else {
                partition.state(PartitionState.STOPPED, "its firmware was refused: " + refusal);
                departures.idle(partition);
            }
            return refusal;
        }
        partition.bundle(source.bundle().getBundleId(), source.description());
        long count = holdings.table().boot(partition.number());
        BootRun boot;
        try {
            boot = boots.apply(new NewBoot(partition, declaration, source, count, zero));
        } catch (IllegalStateException e) {
            partition.state(PartitionState.FAILED, e.getMessage());
            departures.idle(partition);
            throw e;
        }
        partition.state(PartitionState.BOOTING, Instant.now().plus(deadlines.boot()),
                "firmware of " + source.description() + " boots");
        partition.boot(boot);
        control.later(deadlines.boot(), () -> {
            if (partition.boot() == boot && partition.state() == PartitionState.BOOTING) {
                shutOut(boot, "boot did not return by its deadline of "
                        + deadlines.boot().toMillis() + " ms");
            }
        });
        boot.start();
        return null;
    }

    /**
     * Whether others are asked for what a partition lacks of its minimum: once, and it starts when they have
     * answered.
     */
    private boolean asksOthers(LogicalPartition partition, FirmwareSource source,
            Declaration declaration) {
        Missing missing = holdings.lacking(partition, declaration);
        if (supplied.remove(source) || missing.nothing() || !supply.possible(partition, missing)) {
            return false;
        }
        supplied.add(source);
        partition.touched();
        partition.state(partition.number() == 0 ? PartitionState.DECLARED : PartitionState.STOPPED,
                "others are asked for what it lacks of its minimum: " + missing);
        supply.get(partition, missing, true, partition.name() + " is to start, and lacks " + missing
                + " of its minimum", () -> supplied.contains(source),
                () -> admit(source, source.properties()));
        return true;
    }

    /** Firmware for which others were asked has gone: its partition is as it was before. */
    private void gone(LogicalPartition partition) {
        if (partition.number() == 0) {
            partitions.remove(partition);
        } else {
            partition.state(PartitionState.STOPPED, "its firmware has gone before it booted");
            departures.idle(partition);
        }
    }

    /** The framework has started: partitions that were kept from before boot, or depart in time. Any thread. */
    void started() {
        control.queue(() -> partitions.all().stream().filter(one -> one.boot() == null)
                .forEach(departures::kept));
    }

    private void remove(FirmwareSource source, CompletableFuture<Void> quiet) {
        refused.remove(source);
        if (supplied.remove(source)) {
            LogicalPartition waiting = partitions.named(name(source));
            if (waiting != null && waiting.boot() == null) {
                gone(waiting);
            }
        }
        partitions.all().stream()
                .filter(one -> one.next() != null && one.next().source() == source)
                .forEach(one -> one.next(null));
        partitions.all().stream().filter(one -> one.source() == source).forEach(this::noSource);
        BootRun boot = partitions.boots().stream().filter(one -> one.source() == source).findAny()
                .orElse(null);
        if (boot == null) {
            quiet.complete(null);
        } else {
            stop(boot, "its firmware is going");
            // Through the queue: who waits finds the partition stopped.
            boot.ended().thenRun(() -> {
                if (!control.queue(() -> quiet.complete(null))) {
                    quiet.complete(null);
                }
            });
        }
        changed.run();
    }

    /** The firmware of a partition has gone: it does not restart, and is not held for it. */
    private void noSource(LogicalPartition partition) {
        deserted.put(partition, partition.source().bundle());
        partition.source(null);
        if (partition.boot() == null) {
            awaitFirmware(partition, LOOKS);
        }
        LogicalPartition.Hold hold = partition.hold();
        if (hold != null && !hold.kind().outlivesFirmware()) {
            partition.hold(null);
            if (partition.boot() == null) {
                departures.idle(partition);
            }
        }
    }

    /**
     * A partition has neither firmware nor boot. An update stops its bundle first, and another configuration has the
     * firmware back at once: when its bundle is active, something that it needs is not there.
     */
    private void awaitFirmware(LogicalPartition partition, int looks) {
        Bundle bundle = deserted.get(partition);
        long sources = partition.sources();
        if (bundle == null || partition.source() != null || looks == 0) {
            return;
        }
        control.later(deadlines.settle().dividedBy(2), () -> {
            if (partition.sources() != sources || !departures.settles(partition)
                    || refused.keySet().stream().anyMatch(source -> source.bundle() == bundle
                            && name(source).equals(partition.name()))) {
                return;
            }
            if (bundle.getState() == Bundle.ACTIVE) {
                partition.fault(Kind.DEPENDENCY_LOST, "its firmware has gone, though its bundle is"
                        + " active: a service or a configuration that it needs is not there");
            } else {
                awaitFirmware(partition, looks - 1);
            }
        });
    }

    /** Whether all partitions of a bundle that have firmware run. */
    boolean allRun(Bundle bundle) {
        return partitions.all().stream()
                .filter(one -> one.source() != null && one.source().bundle() == bundle)
                .allMatch(one -> one.state() == PartitionState.RUNNING);
    }

    /** Firmware that was refused is not tried again by itself. Control thread. */
    void forgetRefusal(LogicalPartition partition) {
        if (partition.source() != null) {
            refused.remove(partition.source());
        }
    }

    /** The partition of a name, or null. Any thread. */
    LogicalPartition partition(String name) {
        return partitions.named(name);
    }

    /** The partition of a number, or null. Any thread. */
    LogicalPartition partition(int number) {
        return partitions.numbered(number);
    }

    // What verdicts ask for. Control thread

    /**
     * Ends the boot of a partition, if it has one.
     *
     * @param hung whether it is not asked, but shut out at once
     * @param then what is done on the control thread when it can reach nothing more
     */
    void endBoot(LogicalPartition partition, String reason, boolean hung, Runnable then) {
        BootRun boot = partition.boot();
        if (boot == null) {
            then.run();
            return;
        }
        after.computeIfAbsent(boot, any -> new ArrayList<>()).add(then);
        if (hung) {
            cutOff(boot, reason);
        } else {
            stop(boot, reason);
        }
    }

    /** Boots a partition from the firmware that is there; whether it does is seen at its boot. */
    void boot(LogicalPartition partition, boolean zero) {
        if (zero) {
            cold.add(partition);
        }
        FirmwareSource source = partition.source();
        if (source != null) {
            refused.remove(source);
            admit(source, source.properties());
        }
        cold.remove(partition);
    }

    /** Why a partition does not boot. */
    String why(LogicalPartition partition) {
        if (partition.source() == null) {
            Bundle bundle = deserted.get(partition);
            return bundle != null && bundle.getState() == Bundle.ACTIVE
                    ? "its firmware is not there, though its bundle is active: see why "
                            + partition.name()
                    : "its firmware is not there: start its bundle";
        }
        Refusal refusal = refused.get(partition.source());
        return refusal == null ? partition.status().reason() : refusal.reason();
    }

    private void stop(BootRun boot, String reason) {
        LogicalPartition partition = boot.partition();
        if (!boot.stopping()) {
            partition.state(PartitionState.STOPPING, Instant.now().plus(deadlines.stop()), reason);
        }
        boot.stop();
        control.later(deadlines.stop(), () -> {
            if (partition.boot() == boot) {
                shutOut(boot, "the firmware did not halt by its deadline of "
                        + deadlines.stop().toMillis() + " ms");
            }
        });
    }

    /** The firmware hangs: it keeps its threads and loses everything else. */
    @Override
    public void shutOut(BootRun boot, String reason) {
        if (hung.contains(boot)) {
            return;
        }
        boot.partition().fault(Kind.DEADLINE_MISSED, reason);
        cutOff(boot, reason);
    }

    private void cutOff(BootRun boot, String reason) {
        if (hung.contains(boot)) {
            return;
        }
        hung.add(boot);
        // Before anybody hears of it: what hung may go on at that moment.
        boot.fence();
        runaways.add(boot);
        boot.partition().state(PartitionState.FAILED, reason + "; it was shut out of the frame");
        fence(boot);
    }

    /** Again until it holds: memory under a transfer of a device is revoked when that has ended. */
    private void fence(BootRun boot) {
        if (boot.partition().boot() != boot) {
            return;
        }
        if (boot.fence()) {
            over(boot);
        } else {
            control.later(FENCE_RETRY, () -> fence(boot));
        }
    }

    private void end(BootRun boot) {
        boolean shutOut = hung.remove(boot);
        lingering.add(boot);
        lingering.removeIf(BootRun::unreachable);
        LogicalPartition partition = boot.partition();
        if (partition.boot() != boot) {
            return;
        }
        if (!shutOut && boot.failure() == null) {
            partition.state(PartitionState.STOPPED,
                    "halted; unread messages are kept for the next boot");
        } else if (!shutOut) {
            partition.state(PartitionState.FAILED, boot.failure());
        }
        over(boot);
    }

    /** The boot can reach nothing more; firmware that has come meanwhile boots. */
    private void over(BootRun boot) {
        List<Runnable> then = after.remove(boot);
        try {
            settle(boot);
        } finally {
            if (then != null) {
                then.forEach(Runnable::run);
            }
        }
    }

    private void settle(BootRun boot) {
        LogicalPartition partition = boot.partition();
        partition.boot(null);
        // Before the next boot, which has as many processors as the partition then owns.
        ended.accept(boot);
        if (partitions.named(partition.name()) == partition) {
            holdings.finishMove(boot);
            List<BootRun> before = new ArrayList<>(lingering(partition));
            before.add(boot);
            holdings.endOf(partition, () -> before.stream().allMatch(BootRun::unreachable));
        }
        listener.over(partition);
        LogicalPartition.Next next = partition.next();
        partition.next(null);
        if (next != null) {
            admit(next.source(), next.properties());
        }
        if (partition.boot() == null && partitions.named(partition.name()) == partition) {
            departures.idle(partition);
            awaitFirmware(partition, LOOKS);
        }
    }

    @Override
    public void destroyed(LogicalPartition partition) {
        deserted.remove(partition);
        listener.destroyed(partition);
        lacking.remove(partition);
    }

    @Override
    public void freed() {
        retry();
    }

    @Override
    public List<BootRun> lingering(LogicalPartition partition) {
        return Stream.concat(hung.stream(), lingering.stream())
                .filter(one -> one.partition() == partition).toList();
    }

    /** What was refused may find now what it lacked. Any thread. */
    void retryRefused() {
        if (retries.compareAndSet(false, true)) {
            control.queue(() -> {
                retries.set(false);
                if (!refused.isEmpty()) {
                    retry();
                }
            });
        }
    }

    /** What was refused may find room now. */
    private void retry() {
        for (FirmwareSource source : List.copyOf(refused.keySet())) {
            refused.remove(source);
            admit(source, source.properties());
        }
        changed.run();
    }

    /** Shuts out whoever still runs; returns whether nobody can reach the frame any more. */
    boolean shutOutAll() {
        boolean fenced = partitions.boots().stream().filter(boot -> !boot.fence()).findAny()
                .isEmpty();
        return fenced && lingering.stream().allMatch(BootRun::unreachable);
    }

    /** Halts all partitions, for good; completes when each has ended or was shut out. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        control.queue(() -> {
            closing = true;
            List<BootRun> running = partitions.boots();
            running.forEach(boot -> stop(boot, "the hypervisor stops"));
            CompletableFuture.allOf(running.stream().map(BootRun::ended)
                    .toArray(CompletableFuture[]::new)).thenRun(() -> quiet.complete(null));
        });
        return quiet;
    }
}
