package org.brattice.hypervisor.partition;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Fault.Kind;
import org.brattice.api.MemoryRange;
import org.brattice.api.PartitionState;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.memory.Size;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.resource.Slots;
import org.brattice.hypervisor.vsr.Area;
import org.brattice.hypervisor.vsr.Holders;
import org.brattice.hypervisor.vsr.Scanner;
import org.brattice.hypervisor.vsr.Vsr;
import org.osgi.framework.Bundle;

/**
 * The life of partitions on one frame: admitted, booted, stopped, destroyed. All of it happens on the
 * control thread, which never waits for partition code; events come in from any thread and are queued.
 */
final class Machine implements BootHost, AutoCloseable {
    private static final long SWEEP_MILLIS = 200;
    private static final Duration FENCE_RETRY = Duration.ofMillis(20);
    private static final System.Logger LOGGER = System.getLogger("org.brattice.hypervisor");

    private final Frame frame;
    private final Deadlines deadlines;
    private final BlockMap blocks;
    private final PartitionTable table;
    private final Holders holders;
    private final Vsr vsr;
    private final IpcaRegistry ipcas;
    private final Slots slots;
    private final Admission admission;
    private final Runnable changed;
    private final Quarantine quarantine = new Quarantine();
    private final Map<String, LogicalPartition> partitions = new ConcurrentSkipListMap<>();
    private final Map<FirmwareSource, String> refused = new ConcurrentHashMap<>();
    private final List<BootRun> hung = new ArrayList<>();
    private final ScheduledThreadPoolExecutor control;
    private boolean closing;

    Machine(Frame frame, Deadlines deadlines, Runnable changed) {
        this.frame = frame;
        this.deadlines = deadlines;
        this.changed = changed;
        this.blocks = new BlockMap(frame);
        this.table = new PartitionTable(frame);
        this.holders = new Holders(2 * frame.description().processors());
        this.vsr = new Vsr(frame, holders, this::leaseLost);
        this.ipcas = new IpcaRegistry(frame, table, vsr);
        this.slots = new Slots(frame.description().slots());
        this.admission = new Admission(frame.description(), blocks, new Owned(), changed);
        this.control = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().daemon().name("brattice-hypervisor").factory());
        this.control.setRemoveOnCancelPolicy(true);
        attach();
    }

    /** Takes over the partitions that the frame knows from earlier. */
    private void attach() {
        List<PartitionTable.Row> rows = table.rows();
        blocks.freeUnless(number -> rows.stream().anyMatch(row -> row.number() == number));
        for (PartitionTable.Row row : rows) {
            LogicalPartition partition = entry(row.name());
            partition.number(row.number());
            partition.state(PartitionState.STOPPED, "kept from before; its bundle has not started");
            damage(partition, ipcas.attach(row, blocks));
        }
        for (PartitionTable.Row row : rows) {
            damage(entry(row.name()), ipcas.open(row));
        }
    }

    private static void damage(LogicalPartition partition, String damage) {
        if (damage != null) {
            partition.fault(Kind.CORRUPTED, damage);
        }
    }

    private final class Owned implements Admission.Owners {
        @Override
        public Admission.Holding holding(String name) {
            LogicalPartition partition = partitions.get(name);
            return partition == null || partition.number() == 0
                    ? null
                    : new Admission.Holding(partition.bundleId(), partition.bundle());
        }

        @Override
        public String refusal(Declaration declaration) {
            String slot = slots.refusal(declaration.name(), declaration.slots());
            if (slot != null) {
                return slot;
            }
            int others = partitions.values().stream()
                    .filter(one -> !one.name().equals(declaration.name()))
                    .map(LogicalPartition::declaration).filter(one -> one != null)
                    .mapToInt(Declaration::processors).sum();
            int free = frame.description().processors() - others;
            return declaration.processors() <= free
                    ? null
                    : "processors=" + declaration.processors() + " must be at most " + free
                            + ", which are free in the frame: uninstall a partition, or raise"
                            + " processors in the frame description";
        }
    }

    private LogicalPartition entry(String name) {
        return partitions.computeIfAbsent(name, key -> new LogicalPartition(key, changed));
    }

    /** Runs on the control thread, in order; whether it will: not when the machine is closed. */
    private boolean queue(Runnable work) {
        try {
            control.execute(() -> logged(work));
            return true;
        } catch (RejectedExecutionException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the hypervisor has stopped", e);
            return false;
        }
    }

    private static void logged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.ERROR, "hypervisor control", e);
        }
    }

    private void later(Duration delay, Runnable work) {
        control.schedule(() -> logged(work), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    // Events, from any thread

    /** A firmware service has come. */
    void firmwareAdded(FirmwareSource source, Map<String, ?> properties) {
        queue(() -> admit(source, properties));
    }

    /** A firmware service goes; completes when its boot has ended, or was shut out. */
    CompletableFuture<Void> firmwareRemoved(FirmwareSource source) {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        boolean queued = queue(() -> {
            refused.remove(source);
            LogicalPartition partition = partitions.values().stream()
                    .filter(one -> one.next() != null && one.next().source() == source).findAny()
                    .orElse(null);
            if (partition != null) {
                partition.next(null);
            }
            BootRun boot = partitions.values().stream().map(LogicalPartition::boot)
                    .filter(one -> one != null && one.source() == source).findAny().orElse(null);
            if (boot == null) {
                quiet.complete(null);
            } else {
                stop(boot, "its firmware is going");
                // Through the queue: who waits finds the partition stopped.
                boot.ended().thenRun(() -> {
                    if (!queue(() -> quiet.complete(null))) {
                        quiet.complete(null);
                    }
                });
            }
            changed.run();
        });
        if (!queued) {
            quiet.complete(null);
        }
        return quiet;
    }

    /**
     * A bundle has been uninstalled: its partitions are destroyed, their numbers retired; those that it
     * declared too, when they have not booted since the frame was taken over.
     */
    void uninstalled(Bundle bundle, List<String> declared) {
        queue(() -> partitions.values().stream()
                .filter(partition -> partition.bundleId() == bundle.getBundleId()
                        || partition.bundleId() == -1 && declared.contains(partition.name()))
                .toList().forEach(this::destroy));
    }

    private void leaseLost(int number, int holder) {
        String culprit = holders(holder);
        queue(() -> partitions.values().stream().filter(one -> one.number() == number)
                .forEach(one -> one.fault(Kind.LEASE_LOST,
                        "its IPCA's lease was left by " + culprit + ", and was broken")));
    }

    private String holders(int number) {
        return partitions.values().stream().filter(one -> one.number() == number)
                .map(LogicalPartition::name).findAny().orElse("partition-" + number);
    }

    // The control thread

    private void admit(FirmwareSource source, Map<String, ?> properties) {
        if (closing) {
            return;
        }
        List<Admission.Declared> declared = admission.of(source.bundle());
        if (declared.isEmpty()) {
            refuse(source, "bundle " + source.description()
                    + " declares no partition: put @Partition on its Firmware component");
            return;
        }
        String name = name(declared, properties);
        Admission.Declared base = declared.stream().filter(one -> one.name().equals(name))
                .findFirst().orElse(declared.get(0));
        if (base.refusal() != null) {
            refuse(source, base.refusal());
            return;
        }
        try {
            Declaration declaration = Declaration.of(base.attributes(), properties);
            String holder = admission.holder(declaration.name(), source.bundle());
            if (holder != null) {
                refuse(source, Admission.taken(declaration.name(), holder));
                return;
            }
            LogicalPartition partition = entry(declaration.name());
            BootRun boot = partition.boot();
            if (boot == null) {
                start(partition, source, declaration, properties);
            } else if (boot.source().bundle() == source.bundle() && boot.stopping()) {
                partition.next(new LogicalPartition.Next(source, properties));
            } else {
                refuse(source, Admission.taken(declaration.name(), boot.source().description()));
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            refuse(source, e.getMessage());
        }
    }

    private static String name(List<Admission.Declared> declared, Map<String, ?> properties) {
        Object property = properties.get(Declaration.NAME);
        if (property != null) {
            return property.toString();
        }
        return declared.isEmpty() ? "" : declared.get(0).name();
    }

    /** Of the partition that firmware is for. Any thread. */
    String name(FirmwareSource source) {
        return name(admission.of(source.bundle()), source.properties());
    }

    private void refuse(FirmwareSource source, String reason) {
        refused.put(source, reason);
        LOGGER.log(System.Logger.Level.WARNING, "partition of bundle {0} refused: {1}",
                source.description(), reason);
        changed.run();
    }

    private void start(LogicalPartition partition, FirmwareSource source, Declaration declaration,
            Map<String, ?> properties) {
        String refusal = refusal(partition, declaration);
        if (refusal != null) {
            if (partition.number() == 0) {
                partitions.remove(partition.name());
            }
            refuse(source, refusal);
            return;
        }
        slots.own(partition.name(), declaration.slots());
        partition.declaration(declaration);
        partition.bundle(source.bundle().getBundleId(), source.description());
        long count = table.boot(partition.number());
        BootRun boot = new BootRun(partition, declaration, source, this, count);
        partition.state(PartitionState.BOOTING, Instant.now().plus(deadlines.boot()),
                "firmware of " + source.description() + " boots");
        partition.boot(boot);
        later(deadlines.boot(), () -> bootDeadline(boot));
        boot.start();
    }

    private String refusal(LogicalPartition partition, Declaration declaration) {
        String bound = admission.bound(declaration);
        if (bound != null) {
            return bound;
        }
        String owned = new Owned().refusal(declaration);
        if (owned != null) {
            return owned;
        }
        return partition.number() == 0
                ? allot(partition, declaration)
                : change(partition, declaration);
    }

    /** Gives a new partition its number and its memory; why not, or null. */
    private String allot(LogicalPartition partition, Declaration declaration) {
        int number = table.nextNumber();
        if (number == 0) {
            return "partitions=" + frame.description().partitions()
                    + " exist already: uninstall one, or raise partitions in the frame description";
        }
        try {
            if (!blocks.give(number, declaration.memory(), declaration.ipca())) {
                return "memory=" + Size.text(declaration.memory()) + " must be at most "
                        + Size.text(blocks.free() * frame.description().block())
                        + ", which is free in the frame, with one run of blocks for ipca="
                        + Size.text(declaration.ipca());
            }
        } catch (UncheckedIOException e) {
            return e.getMessage();
        }
        table.add(number, partition.name(), declaration.memory());
        partition.number(number);
        vsr.enter(number, partition.name());
        return null;
    }

    /** Why a partition that has its memory cannot be what the declaration says now, or null. */
    private String change(LogicalPartition partition, Declaration declaration) {
        long memory = table.rows().stream().filter(row -> row.number() == partition.number())
                .mapToLong(PartitionTable.Row::bytes).findAny().orElse(0);
        if (memory != declaration.memory()) {
            return "memory=" + Size.text(declaration.memory()) + " must be " + Size.text(memory)
                    + ", which " + partition.name()
                    + " owns: uninstall its bundle first to begin anew";
        }
        MemoryRange ipca = ipca(partition.number());
        return ipca == null || ipca.size() == declaration.ipca()
                ? null
                : "ipca=" + Size.text(declaration.ipca()) + " must be " + Size.text(ipca.size())
                        + ", where unread messages of " + partition.name()
                        + " may lie: uninstall its bundle first to begin anew";
    }

    private void bootDeadline(BootRun boot) {
        LogicalPartition partition = boot.partition();
        if (partition.boot() == boot && partition.state() == PartitionState.BOOTING) {
            shutOut(boot, "boot did not return by its deadline of " + deadlines.boot().toMillis()
                    + " ms");
        }
    }

    private void stop(BootRun boot, String reason) {
        LogicalPartition partition = boot.partition();
        if (!boot.stopping()) {
            partition.state(PartitionState.STOPPING, Instant.now().plus(deadlines.stop()), reason);
        }
        boot.stop();
        later(deadlines.stop(), () -> {
            if (partition.boot() == boot) {
                shutOut(boot, "the firmware did not halt by its deadline of "
                        + deadlines.stop().toMillis() + " ms");
            }
        });
    }

    /** The firmware hangs: it keeps its threads and loses everything else. */
    private void shutOut(BootRun boot, String reason) {
        LogicalPartition partition = boot.partition();
        if (hung.contains(boot)) {
            return;
        }
        partition.fault(Kind.DEADLINE_MISSED, reason);
        hung.add(boot);
        partition.state(PartitionState.FAILED, reason + "; it was shut out of the frame");
        fence(boot);
    }

    /** Again until it holds: memory under a transfer of a device is revoked when that has ended. */
    private void fence(BootRun boot) {
        LogicalPartition partition = boot.partition();
        if (partition.boot() != boot) {
            return;
        }
        if (!boot.fence()) {
            later(FENCE_RETRY, () -> fence(boot));
            return;
        }
        partition.boot(null);
        freeFrom(partition.number());
        vsr.abortStreams(partition.number());
        startNext(partition);
    }

    /** A lease that a partition's hung thread holds is nobody's: the IPCAs move away from it. */
    private void freeFrom(int holder) {
        for (Area area : vsr.heldBy(holder)) {
            remap(area, holder);
        }
    }

    private void remap(Area area, int holder) {
        LogicalPartition owner = partitions.values().stream()
                .filter(one -> one.number() == area.number()).findAny().orElse(null);
        MemoryRange range = owner == null
                ? null
                : blocks.giveRun(area.number(), area.capacity());
        if (range == null) {
            LOGGER.log(System.Logger.Level.ERROR, "IPCA of partition number={0} stays locked by a"
                    + " hung thread of partition number={1}: no free blocks to remap it to",
                    area.number(), holder);
            return;
        }
        Area fresh = ipcas.prepare(area.number(), range);
        long lease = vsr.leaseOf(area);
        BootRun boot = owner.boot();
        if (boot != null && boot.scanner() != null) {
            boot.scanner().remap(fresh);
        } else {
            vsr.move(area, fresh);
        }
        owner.fault(Kind.LEASE_LOST, "its IPCA was moved to " + range
                + " away from a hung thread of " + holders(holder));
        quarantine.add(() -> holders.gone(lease), () -> ipcas.release(area.control()));
        sweep();
    }

    @Override
    public void ended(BootRun boot) {
        queue(() -> {
            boolean shutOut = hung.remove(boot);
            LogicalPartition partition = boot.partition();
            if (partition.boot() == boot) {
                partition.boot(null);
                vsr.abortStreams(partition.number());
                if (shutOut) {
                    freeFrom(partition.number());
                } else if (boot.failure() == null) {
                    partition.state(PartitionState.STOPPED,
                            "halted; unread messages are kept for the next boot");
                } else {
                    partition.state(PartitionState.FAILED, boot.failure());
                }
                startNext(partition);
            }
        });
    }

    private void startNext(LogicalPartition partition) {
        LogicalPartition.Next next = partition.next();
        partition.next(null);
        if (next != null) {
            admit(next.source(), next.properties());
        }
    }

    @Override
    public void ending(BootRun boot) {
        queue(() -> {
            if (boot.partition().boot() == boot) {
                stop(boot, "its event scan ended");
            }
        });
    }

    @Override
    public void running(BootRun boot) {
        queue(() -> {
            if (boot.partition().boot() == boot
                    && boot.partition().state() == PartitionState.BOOTING) {
                boot.partition().state(PartitionState.RUNNING,
                        "firmware of " + boot.source().description());
            }
        });
    }

    private void destroy(LogicalPartition partition) {
        if (partition.boot() != null) {
            shutOut(partition.boot(), "its bundle was uninstalled while it ran");
        }
        int number = partition.number();
        partitions.remove(partition.name());
        slots.own(partition.name(), List.of());
        if (number != 0) {
            freeFrom(number);
            Area area = vsr.area(number);
            if (area != null && area.unread() > 0) {
                LOGGER.log(System.Logger.Level.WARNING, "partition={0} destroyed with bytes={1} of"
                        + " unread messages", partition.name(), area.unread());
            }
            List<MemoryRange> ranges = blocks.ranges(number);
            long lease = vsr.remove(number);
            blocks.quarantine(number);
            table.remove(number);
            List<BootRun> mine = hung.stream().filter(one -> one.partition() == partition).toList();
            quarantine.add(() -> holders.gone(lease)
                    && mine.stream().allMatch(BootRun::gone), () -> {
                        blocks.release(ranges);
                        if (area != null) {
                            ipcas.release(area.control());
                        }
                        retry();
                    });
            sweep();
        }
        changed.run();
    }

    private void sweep() {
        if (quarantine.sweep()) {
            later(Duration.ofMillis(SWEEP_MILLIS), this::sweep);
        }
    }

    /** What was refused may find room now. */
    private void retry() {
        List<FirmwareSource> waiting = List.copyOf(refused.keySet());
        waiting.forEach(source -> {
            refused.remove(source);
            admit(source, source.properties());
        });
    }

    // What boots and tools ask

    @Override
    public View view() {
        return frame.view();
    }

    @Override
    public Processor processor(BootRun run, int index) {
        return new Processor(run, holders, run.partition().number(), index);
    }

    @Override
    public List<MemoryRange> ranges(int number) {
        return blocks.ranges(number);
    }

    @Override
    public MemoryRange ipca(int number) {
        return ipcas.ipca(number);
    }

    @Override
    public Scanner register(BootRun run, MemoryRange range) {
        return new Scanner(vsr, ipcas.register(run.partition().number(), range),
                run.scanning().holder(), run.view(), new FirmwareReader(run, run.firmware()));
    }

    @Override
    public Slots slots() {
        return slots;
    }

    @Override
    public void ring(int number) {
        vsr.ring(number);
    }

    /** How often a partition has booted. */
    long boots(int number) {
        return number == 0 ? 0 : table.boots(number);
    }

    Vsr vsr() {
        return vsr;
    }

    Frame frame() {
        return frame;
    }

    BlockMap blocks() {
        return blocks;
    }

    Admission admission() {
        return admission;
    }

    Map<String, LogicalPartition> partitions() {
        return partitions;
    }

    /** Firmware that was refused, and why. */
    Map<FirmwareSource, String> refused() {
        return refused;
    }

    /** Halts all partitions, closes all views, then lets go of the frame. */
    @Override
    public void close() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        queue(() -> {
            closing = true;
            List<BootRun> boots = boots();
            boots.forEach(boot -> stop(boot, "the hypervisor stops"));
            CompletableFuture.allOf(boots.stream().map(BootRun::ended)
                    .toArray(CompletableFuture[]::new)).thenRun(() -> quiet.complete(null));
        });
        quiet.completeOnTimeout(null, deadlines.waitForStop().toMillis(),
                TimeUnit.MILLISECONDS).join();
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        queue(() -> {
            vsr.close();
            over.complete(boots().stream().filter(boot -> !boot.fence()).findAny().isEmpty());
        });
        boolean nobodyReachesIt = over
                .completeOnTimeout(false, deadlines.stop().toMillis(), TimeUnit.MILLISECONDS)
                .join();
        control.shutdownNow();
        slots.close();
        if (nobodyReachesIt) {
            frame.close();
        } else {
            LOGGER.log(System.Logger.Level.ERROR, "frame memory in {0} stays locked: a hung"
                    + " partition may still reach it; restart the process", frame.backing());
        }
    }

    private List<BootRun> boots() {
        return partitions.values().stream().map(LogicalPartition::boot)
                .filter(boot -> boot != null).toList();
    }
}
