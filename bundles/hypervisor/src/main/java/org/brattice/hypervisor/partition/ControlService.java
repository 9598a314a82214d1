package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

import org.brattice.api.Blockage;
import org.brattice.api.DeadLetter;
import org.brattice.api.Fault;
import org.brattice.api.FaultInjection;
import org.brattice.api.FrameInfo;
import org.brattice.api.Holding;
import org.brattice.api.Hypervisor;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.MemoryRange;
import org.brattice.api.Loan;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.api.Performance;
import org.brattice.api.Recovery;
import org.brattice.api.Runaway;
import org.brattice.api.Verdict;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.vsr.Area;
import org.brattice.hypervisor.vsr.Vsr;

/** What tools see of the machine: copies, made on the caller's thread. */
final class ControlService implements Hypervisor {
    private final Machine machine;
    private final Holdings holdings;
    private final Why why;
    private final Changes changes;

    ControlService(Machine machine, Why why, Changes changes) {
        this.machine = machine;
        this.holdings = machine.holdings();
        this.why = why;
        this.changes = changes;
    }

    /** Describes partitions without a framework. */
    static Function<LogicalPartition, PartitionInfo> describing(Machine machine) {
        return new ControlService(machine, null, null)::info;
    }

    @Override
    public FrameInfo frame() {
        FrameDescription description = holdings.frame().description();
        return new FrameInfo(description.name(), description.memory(), description.block(),
                holdings.blocks().free(), holdings.blocks().quarantined(),
                new MemoryRange(0, holdings.frame().layout().hypervisorSize()),
                holdings.frame().backing(), description.processors(), description.partitions(),
                holdings.ownership().slots().list());
    }

    @Override
    public List<PartitionInfo> partitions() {
        List<PartitionInfo> infos = new ArrayList<>();
        machine.partitions().all().forEach(partition -> infos.add(info(partition)));
        for (Declarations.Declared declared : machine.declarations().all()) {
            LogicalPartition known = machine.partitions().named(declared.name());
            if (known == null
                    || declared.refusal() != null && known.bundleId() != declared.bundle()
                            .getBundleId()) {
                infos.add(info(declared));
            }
        }
        machine.lifeCycle().refused().forEach((source, refusal) -> {
            String name = machine.lifeCycle().name(source);
            infos.removeIf(info -> info.number() == 0 && info.name().equals(name)
                    && info.bundle().equals(source.description()));
            infos.add(info(name, PartitionState.REFUSED, refusal.since(), refusal.reason(),
                    source.description(), null));
        });
        infos.sort(Comparator.comparingInt((PartitionInfo info) -> info.number() == 0 ? 1 : 0)
                .thenComparingInt(PartitionInfo::number).thenComparing(PartitionInfo::name));
        return infos;
    }

    private PartitionInfo info(Declarations.Declared declared) {
        String reason = declared.refusal() != null
                ? declared.refusal()
                : machine.admission().shortage(declared.bundle());
        return info(declared.name(),
                reason == null ? PartitionState.DECLARED : PartitionState.REFUSED,
                Instant.ofEpochMilli(declared.bundle().getLastModified()),
                reason == null ? String.join("; ", why.bundle(declared.bundle())) : reason,
                Declarations.text(declared.bundle()), declared.declaration());
    }

    private static PartitionInfo info(String name, PartitionState state, Instant since,
            String reason, String bundle, Declaration declaration) {
        return new PartitionInfo(name, 0, state, since, null, reason, bundle, List.of(), null,
                declaration == null ? 0 : declaration.processors(),
                declaration == null ? List.of() : declaration.slots(), 0, 0, 0, null, List.of());
    }

    /** A partition as it is at this moment. */
    PartitionInfo info(LogicalPartition partition) {
        LogicalPartition.Status status = partition.status();
        BootRun boot = partition.boot();
        int number = partition.number();
        Area area = holdings.vsr().area(number);
        Blockage.Unread oldest = holdings.vsr().blockages().oldestUnread(number);
        return new PartitionInfo(partition.name(), number, status.state(), status.since(),
                status.deadline(), status.reason(), partition.bundle(),
                holdings.blocks().ranges(number), machine.ipca(number),
                number == 0 ? 0 : holdings.ownership().processors().of(number).size(),
                holdings.ownership().slots().of(partition.name()),
                number == 0 ? 0 : holdings.table().boots(number),
                boot == null || boot.scanner() == null ? 0 : boot.scanner().read(),
                area == null ? 0 : area.unread() + holdings.vsr().retry().bytes(number),
                oldest == null ? null : oldest.age(),
                partition.faults());
    }

    @Override
    public List<Holding> holdings() {
        return List.copyOf(holdings.ownership().all());
    }

    @Override
    public Move move(MoveRequest request) throws InterruptedException {
        checkNoProcessor();
        return outcome(machine.mover().move(request));
    }

    @Override
    public List<String> plan(MoveRequest request) {
        checkNoProcessor();
        try {
            return outcome(machine.mover().plan(request));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void checkNoProcessor() {
        if (Processor.current() != null) {
            throw new HypervisorCallException(
                    "a resource move is waited for on a virtual processor,"
                            + " whose partition may have to answer: ask on another thread");
        }
    }

    private static <T> T outcome(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public List<Move> moves() {
        return holdings.ownership().journal().all();
    }

    @Override
    public List<Performance> performance() {
        return machine.partitions().all().stream().map(LogicalPartition::boot)
                .filter(boot -> boot != null && boot.auction().performance() != null)
                .map(boot -> boot.auction().performance())
                .sorted(Comparator.comparingInt(Performance::number)).toList();
    }

    @Override
    public List<Loan> loans() {
        return machine.loans().all();
    }

    @Override
    public Optional<PartitionInfo> partition(String name) {
        LogicalPartition partition = machine.partitions().named(name);
        if (partition != null) {
            return Optional.of(info(partition));
        }
        return partitions().stream().filter(info -> info.name().equals(name)).findFirst();
    }

    @Override
    public List<IpcaEntry> lookUpTable() {
        return holdings.vsr().lookUpTable();
    }

    @Override
    public List<String> why(String partition) {
        return why.of(partition, partitions());
    }

    @Override
    public void tell(String name, Fault fault) {
        machine.recoverer().tell(name, fault);
    }

    @Override
    public FaultInjection injection() {
        return machine.injector();
    }

    @Override
    public List<Runaway> runaways() {
        return machine.runaways().all();
    }

    @Override
    public List<Recovery> recoveries() {
        return machine.recoverer().recoveries();
    }

    @Override
    public Recovery recover(String name, Verdict verdict) throws InterruptedException {
        LogicalPartition partition = machine.partitions().named(name);
        if (partition == null) {
            throw new IllegalArgumentException("partition=" + name + " is unknown");
        }
        if (Processor.current() != null) {
            throw new HypervisorCallException("recover waits for partitions: not to be called on"
                    + " a processor of one");
        }
        try {
            return machine.recoverer().recover(partition, verdict).get();
        } catch (ExecutionException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e);
        }
    }

    @Override
    public List<Fault> faults() {
        return List.copyOf(machine.faults().all());
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return holdings.vsr().letters().list();
    }

    @Override
    public Optional<byte[]> payload(long letter) {
        return Optional.ofNullable(holdings.vsr().letters().payload(letter));
    }

    @Override
    public boolean dropDeadLetter(long letter) {
        boolean dropped = holdings.vsr().letters().drop(letter);
        machine.lifeCycle().lettersDropped();
        return dropped;
    }

    @Override
    public Optional<String> redeliver(long letter) {
        Optional<String> refusal = Optional.ofNullable(holdings.vsr().stores().redeliver(letter));
        machine.lifeCycle().lettersDropped();
        return refusal;
    }

    @Override
    public Optional<String> destroy(String partition, boolean discard) {
        return machine.lifeCycle().destroy(partition, discard).join();
    }

    @Override
    public Optional<Blockage> blockage(String sender, String receiver) {
        LogicalPartition from = machine.partitions().named(sender);
        LogicalPartition to = machine.partitions().named(receiver);
        return from == null || to == null ? Optional.empty() : Optional.of(blockage(from, to));
    }

    private Blockage blockage(LogicalPartition from, LogicalPartition to) {
        Vsr vsr = holdings.vsr();
        int number = to.number();
        Area area = vsr.area(number);
        LogicalPartition.Status status = to.status();
        return new Blockage(from.name(), to.name(), status.state(), status.since(),
                area == null ? 0 : area.capacity(), area == null ? 0 : area.free(),
                area == null ? 0 : area.unread(), vsr.blockages().oldestUnread(number),
                vsr.blockages().lease(number),
                vsr.blockages().waitsFor(number), vsr.blockages().line(number),
                vsr.heldBack(number, from.number()));
    }

    @Override
    public Optional<PartitionInfo> await(String name, PartitionState state, Duration limit)
            throws InterruptedException {
        return changes.await(() -> partition(name),
                info -> info.isPresent() && info.get().state() == state, limit);
    }
}
