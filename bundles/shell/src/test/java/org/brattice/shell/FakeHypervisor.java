package org.brattice.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.brattice.api.Blockage;
import org.brattice.api.DeadLetter;
import org.brattice.api.Fault;
import org.brattice.api.FaultInjection;
import org.brattice.api.Injection;
import org.brattice.api.FrameInfo;
import org.brattice.api.Holding;
import org.brattice.api.Hypervisor;
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
import org.brattice.api.Resource;

/** A hypervisor that knows what it is told. */
final class FakeHypervisor implements Hypervisor {
    static final Instant MOMENT = Instant.parse("2026-01-02T03:04:05Z");
    final List<PartitionInfo> partitions = new ArrayList<>();
    final List<Fault> faults = new ArrayList<>();
    final List<Recovery> recoveries = new ArrayList<>();
    /** That it is on, and what it was told. */
    final FaultInjection injection = new FaultInjection() {
        private final List<Injected> rules = new ArrayList<>();
        private boolean on;

        @Override
        public boolean on() {
            return on;
        }

        @Override
        public void on(boolean newOn) {
            on = newOn;
            rules.clear();
        }

        @Override
        public int inject(Injection rule) {
            if (!on) {
                throw new IllegalStateException("off");
            }
            rules.add(new Injected(rules.size() + 1, rule, 7, 1));
            return rules.size();
        }

        @Override
        public List<Injected> rules() {
            return List.copyOf(rules);
        }
    };
    final List<DeadLetter> letters = new ArrayList<>();
    final List<String> destroyed = new ArrayList<>();
    List<String> reasons = List.of();
    final List<Move> moves = new ArrayList<>();
    String refusal;
    String veto;
    final List<Performance> performances = new ArrayList<>();
    final List<Loan> loans = new ArrayList<>();
    /** What moves in spite of the veto. */
    Resource agreed;
    Optional<Blockage> blockage = Optional.empty();

    static PartitionInfo running(int number, String name) {
        MemoryRange range = new MemoryRange(number * 0x1000000L, 0x1000000);
        return new PartitionInfo(name, number, PartitionState.RUNNING, MOMENT, null,
                "its scan runs",
                "org." + name + "/1.0.0 [7]", List.of(range),
                new MemoryRange(range.base(), 0x100000), 1, List.of(), 1, 42, 128, null, List.of());
    }

    static PartitionInfo refused(String name, String reason) {
        return new PartitionInfo(name, 0, PartitionState.REFUSED, MOMENT, null, reason,
                "org." + name + "/1.0.0 [8]", List.of(), null, 1, List.of(), 0, 0, 0, null,
                List.of());
    }

    FakeHypervisor with(PartitionInfo... more) {
        partitions.addAll(List.of(more));
        return this;
    }

    @Override
    public FrameInfo frame() {
        return new FrameInfo("test", 1L << 30, 16L << 20, 60, 1, new MemoryRange(0, 16L << 20),
                "anonymous", 1024, 256,
                List.of(new FrameInfo.Slot("U1-P1-C1", "block disk.img", "vios")));
    }

    @Override
    public List<PartitionInfo> partitions() {
        return List.copyOf(partitions);
    }

    @Override
    public Optional<PartitionInfo> partition(String name) {
        return partitions.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    @Override
    public List<Holding> holdings() {
        return List.of(
                new Holding("", 0, List.of(1, 2, 3, 5), List.of(1, 2, 3, 5), List.of(4), List.of(4),
                        List.of("U1-P1-C2")),
                new Holding("vios", 2, List.of(0, 4), List.of(4), List.of(1, 2, 3), List.of(2, 3),
                        List.of("U1-P1-C1")),
                new Holding("echo", 3, List.of(6), List.of(), List.of(), List.of(), List.of()));
    }

    @Override
    public Move move(MoveRequest request) {
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        boolean vetoed = veto != null && !request.resource().equals(agreed);
        Move move = new Move(moves.size() + 1, request.resource(), "vios", 2, request.to(),
                request.to().isEmpty() ? 0 : 3, vetoed ? Move.State.UNDONE : Move.State.DONE,
                MOMENT,
                MOMENT.plusMillis(2), request.cause(), vetoed ? veto : "");
        moves.add(move);
        return move;
    }

    @Override
    public List<String> plan(MoveRequest request) {
        return List.of("vios is asked to release " + request.resource(), "both are told");
    }

    @Override
    public List<Performance> performance() {
        return List.copyOf(performances);
    }

    @Override
    public List<Loan> loans() {
        return List.copyOf(loans);
    }

    @Override
    public List<Move> moves() {
        return List.copyOf(moves);
    }

    @Override
    public List<IpcaEntry> lookUpTable() {
        return partitions.stream().filter(p -> p.ipca() != null)
                .map(p -> new IpcaEntry(p.number(), p.name(), p.ipca().base(), p.ipca().size()))
                .toList();
    }

    @Override
    public List<String> why(String partition) {
        return reasons;
    }

    @Override
    public FaultInjection injection() {
        return injection;
    }

    @Override
    public void tell(String partition, Fault fault) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Runaway> runaways() {
        return List.of();
    }

    @Override
    public List<Recovery> recoveries() {
        return List.copyOf(recoveries);
    }

    @Override
    public Recovery recover(String partition, Verdict verdict) {
        if (partition(partition).isEmpty()) {
            throw new IllegalArgumentException("partition=" + partition + " is unknown");
        }
        Recovery done = new Recovery(recoveries.size() + 1, 0, null, partition,
                partition(partition).map(PartitionInfo::number).orElse(0), "operator",
                verdict, refusal == null ? Recovery.State.DONE : Recovery.State.FAILED, MOMENT,
                Duration.ofMillis(3), refusal == null ? "it runs" : refusal);
        recoveries.add(done);
        return done;
    }

    @Override
    public List<Fault> faults() {
        return List.copyOf(faults);
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return List.copyOf(letters);
    }

    @Override
    public Optional<byte[]> payload(long letter) {
        return letters.stream().filter(one -> one.id() == letter).findFirst()
                .map(one -> new byte[one.kept()]);
    }

    @Override
    public boolean dropDeadLetter(long letter) {
        return letters.removeIf(one -> one.id() == letter);
    }

    @Override
    public Optional<String> redeliver(long letter) {
        if (refusal == null) {
            dropDeadLetter(letter);
        }
        return Optional.ofNullable(refusal);
    }

    @Override
    public Optional<String> destroy(String partition, boolean discard) {
        destroyed.add(partition + (discard ? " discard" : ""));
        return Optional.ofNullable(refusal);
    }

    @Override
    public Optional<Blockage> blockage(String sender, String receiver) {
        return blockage;
    }

    @Override
    public Optional<PartitionInfo> await(String partition, PartitionState state, Duration limit) {
        return partition(partition);
    }
}
