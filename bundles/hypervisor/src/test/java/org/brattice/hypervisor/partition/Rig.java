package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.function.BooleanSupplier;

import org.brattice.api.DeadLetter;
import org.brattice.api.Departure;
import org.brattice.api.Move;
import org.brattice.api.PartitionState;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.FrameDescription.Device;
import org.brattice.hypervisor.memory.StoreSizes;
import org.brattice.hypervisor.resource.Journal;
import org.osgi.framework.Bundle;

/** A machine without a framework: bundles and firmware are the test's, all else is real. */
final class Rig implements AutoCloseable {
    static final int PROCESSORS = 10;
    static final long BLOCK = 64 << 10;
    static final List<String> SLOTS = List.of("A", "B");
    private static final long MEMORY = 40 * BLOCK;
    private static final int PARTITIONS = 8;
    private static final long LIMIT_SECONDS = 20;
    private static final Duration SETTLE = Duration.ofMillis(20);
    private static final Deadlines DEADLINES = new Deadlines(Duration.ofSeconds(10),
            Duration.ofSeconds(10), Duration.ofSeconds(10), SETTLE);

    final Conduct conduct = new Conduct();
    /** Installed bundles, by the name of their partition. */
    final Map<String, TestPartition> installed = new TreeMap<>();
    private final Path directory;
    private final SplittableRandom random;
    private final RandomGenerator policy;
    private long bundles;
    private int starts;
    private Path data;
    private Frame frame;
    private Machine machine;

    Rig(Path directory, SplittableRandom random) throws IOException {
        this.directory = directory;
        this.random = random;
        this.policy = random.split();
        Files.write(directory.resolve("disk.img"), new byte[4096]);
        this.data = Files.createDirectory(directory.resolve("frame-" + starts++));
        open();
    }

    private void open() throws IOException {
        Device device = new Device.Block(directory.resolve("disk.img"));
        frame = Frame.open(data, new FrameDescription("test", MEMORY, BLOCK, PARTITIONS, PROCESSORS,
                Backing.DATA, Map.of(SLOTS.getFirst(), device, SLOTS.getLast(), device),
                new StoreSizes(16 << 10, 128 << 10, 4 << 10, 16 << 10, 128 << 10)));
        machine = new Machine(frame, DEADLINES, () -> {}, 0, why -> "nobody starts it again");
        machine.departures().planner(this::plan);
        machine.recoverer().adviser(report -> CompletableFuture.completedFuture(null),
                ControlService.describing(machine), new NoJars());
        installed.values().forEach(one -> machine.declarations().read(one.bundle));
    }

    /** No jar ever ran well. */
    private static final class NoJars implements Recoverer.Jars {
        @Override
        public String good(long bundleId) {
            return "";
        }

        @Override
        public String condemned(long bundleId) {
            return "";
        }

        @Override
        public void ranWell(Bundle bundle, long modified) {}

        @Override
        public void rollBack(long bundleId, long modified, BooleanSupplier wanted,
                Recoverer.Done done) {
            done.done(false, "no jar of it has run well");
        }
    }

    Machine machine() {
        return machine;
    }

    Ownership ownership() {
        return machine.holdings().ownership();
    }

    int blocks() {
        return frame.layout().blocks();
    }

    List<Move> moves() {
        return ownership().journal().all();
    }

    long lastMove() {
        List<Move> moves = moves();
        return moves.isEmpty() ? 0 : moves.getLast().id();
    }

    /** A relocation policy: anywhere. */
    private CompletableFuture<Map<Resource, Departures.Place>> plan(Departure departure) {
        Map<Resource, Departures.Place> places = new HashMap<>();
        List<String> names = machine.partitions().all().stream()
                .filter(one -> one.number() != 0 && one.number() != departure.number())
                .map(LogicalPartition::name).toList();
        for (Resource resource : departure.resources()) {
            int to = policy.nextInt(2 * names.size() + 1);
            if (to < names.size()) {
                places.put(resource, new Departures.Place(names.get(to), "at random"));
            }
        }
        return CompletableFuture.completedFuture(places);
    }

    // What bundles do

    void install(String name, Map<String, Object> attributes) {
        TestPartition partition = new TestPartition(name, ++bundles, attributes, random.split(),
                conduct);
        installed.put(name, partition);
        machine.declarations().read(partition.bundle);
        start(partition);
    }

    void start(TestPartition partition) {
        TestPartition.Source source = partition.publish();
        machine.lifeCycle().firmwareAdded(source, source.properties());
    }

    CompletableFuture<Void> stop(TestPartition partition) {
        TestPartition.Source source = partition.source;
        partition.source = null;
        return machine.lifeCycle().firmwareRemoved(source);
    }

    void update(TestPartition partition, Map<String, Object> attributes) {
        stop(partition);
        partition.attributes = attributes;
        machine.declarations().read(partition.bundle);
        start(partition);
    }

    /** Takes a bundle away, when its firmware has halted, or while that runs. */
    void uninstall(TestPartition partition, boolean halts) {
        installed.remove(partition.name);
        CompletableFuture<Void> quiet = partition.source != null && halts
                ? stop(partition)
                : CompletableFuture.completedFuture(null);
        Machine now = machine;
        quiet.thenRun(() -> {
            now.declarations().remove(partition.bundle);
            now.lifeCycle().uninstalled(partition.bundle, List.of(partition.name));
        });
    }

    // What becomes of the process

    /**
     * The process is killed when some time has passed, and started again: nobody has been told to end.
     *
     * @param commits whether the last that it did was to commit a move
     * @return moves that had not ended
     */
    List<Move> kill(long nanos, boolean commits) throws IOException {
        MemorySegment left;
        // Who needs the monitor meanwhile stands between two of his stores.
        synchronized (monitor()) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < nanos) {
                Thread.onSpinWait();
            }
            left = snapshot();
        }
        Journal journal = new Journal(left, frame.layout());
        if (commits) {
            journal.open().stream().filter(move -> move.state() == Move.State.BEGUN).findFirst()
                    .ifPresent(move -> journal.state(move, Move.State.COMMITTED, ""));
        }
        conduct.open();
        machine.close();
        Path killed = data;
        data = Files.createDirectory(directory.resolve("frame-" + starts++));
        Files.write(data.resolve("frame.mem"), left.toArray(ValueLayout.JAVA_BYTE));
        Files.delete(killed.resolve("frame.mem"));
        open();
        return journal.open();
    }

    /** One that the control thread needs to finish a move that is committed, or none. */
    private Object monitor() {
        List<Object> monitors = new ArrayList<>(List.of(new Object(), ownership().slots()));
        machine.partitions().boots().forEach(boot -> monitors.add(boot.memory()));
        return monitors.get(random.nextInt(monitors.size()));
    }

    /** The hypervisor stops in good order, and starts again. */
    void restart() throws IOException {
        conduct.open();
        machine.close();
        open();
    }

    /** The frame as it is at one instant: what is copied while its tables change is copied again. */
    private MemorySegment snapshot() {
        MemorySegment memory = frame.memory();
        MemorySegment tables = memory.asSlice(0, frame.layout().hypervisorSize());
        MemorySegment before = MemorySegment.ofArray(new byte[(int) tables.byteSize()]);
        MemorySegment copy = Arena.ofAuto().allocate(memory.byteSize(), Long.BYTES);
        do {
            before.copyFrom(tables);
            copy.copyFrom(memory);
        } while (tables.mismatch(before) >= 0);
        return copy;
    }

    /** Bundles are there again as they were. */
    void startAll() {
        machine.partitions().all().stream().map(LogicalPartition::name)
                .filter(name -> !installed.containsKey(name)).toList()
                .forEach(name -> machine.lifeCycle().destroy(name, true));
        installed.values().stream().filter(one -> one.source != null).forEach(this::start);
    }

    // Waiting

    /** Waits until nothing moves any more, and every partition is where it stays. */
    void awaitQuiet() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        State before = state();
        while (true) {
            boolean settled = machine.partitions().all().stream().allMatch(this::settled);
            State state = state();
            if (settled && state.equals(before) && state.open == 0 && state.quarantined == 0
                    && machine.departures().leaving() == 0) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("does not settle: " + state);
            }
            before = state;
        }
    }

    /** Two that are equal have nothing between them that goes on by itself. */
    private record State(List<String> partitions, long lastMove, int open, int quarantined) {}

    private State state() {
        dropLetters();
        // What ends lets others begin, by at most two turns through the control thread.
        for (int turn = 0; turn < 3; turn++) {
            machine.lifeCycle().destroy("nobody", false).join();
        }
        return new State(machine.partitions().all().stream()
                .map(one -> one.name() + " " + one.status()).toList(), lastMove(),
                ownership().journal().open().size(), machine.holdings().blocks().quarantined());
    }

    /** Messages of partitions that are destroyed must not fill the store. */
    private void dropLetters() {
        List<DeadLetter> letters = machine.holdings().vsr().letters().list();
        letters.forEach(letter -> machine.holdings().vsr().letters().drop(letter.id()));
        machine.lifeCycle().lettersDropped();
    }

    private boolean settled(LogicalPartition partition) {
        // One that was kept from before stays as it is, until its firmware comes and is refused.
        TestPartition own = installed.get(partition.name());
        boolean departed = partition.ends() == 0 && own != null && own.source == null
                || ownership().departed(partition.number());
        return switch (partition.state()) {
            case RUNNING -> installed.containsKey(partition.name());
            case STOPPED, FAILED -> installed.containsKey(partition.name())
                    && partition.boot() == null && departed;
            case DECLARED -> partition.number() == 0;
            default -> false;
        };
    }

    /** Firmware of those that run, by partition. */
    Map<LogicalPartition, RandomFirmware> running() {
        Map<LogicalPartition, RandomFirmware> running = new HashMap<>();
        for (LogicalPartition partition : machine.partitions().all()) {
            BootRun boot = partition.boot();
            if (boot != null && partition.state() == PartitionState.RUNNING) {
                running.put(partition, (RandomFirmware) boot.firmware());
            }
        }
        return running;
    }

    /** Which blocks the boot of a partition reaches, as its firmware finds out. */
    Set<Integer> reached(LogicalPartition partition, RandomFirmware firmware) throws Exception {
        CompletableFuture<Set<Integer>> reached = new CompletableFuture<>();
        // Behind what it is told of moves.
        partition.boot().notice(() -> reached.complete(firmware.reach(blocks())));
        return reached.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        conduct.open();
        machine.close();
    }
}
