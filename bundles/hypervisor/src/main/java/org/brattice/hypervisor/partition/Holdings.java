package org.brattice.hypervisor.partition;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.api.Holding;
import org.brattice.api.MemoryRange;
import org.brattice.api.PartitionState;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.memory.Size;
import org.brattice.hypervisor.vsr.Area;
import org.brattice.hypervisor.vsr.Holder;
import org.brattice.hypervisor.vsr.Holders;
import org.brattice.hypervisor.vsr.Vsr;

/**
 * What partitions own: number, memory blocks, IPCA, slots, processors; given, refused, taken back and
 * moved on the control thread, looked at from any.
 */
final class Holdings implements Declarations.Owners, Recoverer.Remaps {
    private static final Duration TICK = Duration.ofMillis(100);
    /** How long an event scan may take to come to the move of its IPCA, and how often that is looked at. */
    private static final Duration REMAP = Duration.ofSeconds(5);
    private static final Duration REMAP_LOOK = Duration.ofMillis(1);
    private static final Duration SWEEP = Duration.ofMillis(200);
    /** How many regions an IPCA may leave in one boot, when it is asked to. */
    private static final int MOST_LEFT = 32;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final Frame frame;
    private final ControlThread control;
    private final Partitions partitions;
    private final Faults faults;
    private final BlockMap blocks;
    private final PartitionTable table;
    private final Holders holders;
    private final Vsr vsr;
    private final IpcaRegistry ipcas;
    private final Ownership ownership;
    private final Quarantine quarantine = new Quarantine();
    /** Areas that are being moved, or whose old holder is not yet gone. */
    private final Set<Area> moving = new HashSet<>();
    /** Regions that IPCAs have left, by the number of their partition, oldest first. */
    private final Map<Integer, Deque<MemoryRange>> left = new HashMap<>();
    private final AtomicBoolean checking = new AtomicBoolean();

    Holdings(Frame frame, ControlThread control, Partitions partitions, Faults faults) {
        this.frame = frame;
        this.faults = faults;
        this.control = control;
        this.partitions = partitions;
        this.blocks = new BlockMap(frame);
        this.table = new PartitionTable(frame);
        this.holders = new Holders(3 * frame.description().processors());
        this.vsr = new Vsr(frame, holders, new Area.LeaseWatch() {
            @Override
            public void leaseLost(int number, int holderPartition) {
                Holdings.this.leaseLost(number, holderPartition);
            }

            @Override
            public void damaged(int number) {
                checkMemory();
            }
        });
        this.ipcas = new IpcaRegistry(frame, table, vsr);
        this.ownership = new Ownership(frame, table, blocks, partitions);
    }

    /** Takes over the partitions that the frame knows from earlier. */
    void attach() {
        tick();
        table.repair().forEach(damage -> LOGGER.log(System.Logger.Level.ERROR,
                "frame memory is damaged: {0}", damage));
        List<PartitionTable.Row> rows = table.rows();
        LongPredicate known = number -> rows.stream().anyMatch(row -> row.number() == number);
        blocks.freeUnless(known);
        ownership.attach(rows, known);
        for (String damage : vsr.stores().attachStores(table::known)) {
            LOGGER.log(System.Logger.Level.WARNING, "{0}", damage);
            faults.note(new Fault("hypervisor", 0, Kind.CORRUPTED, Instant.now(), damage));
        }
        for (PartitionTable.Row row : rows) {
            LogicalPartition partition = partitions.entry(row.name());
            partitions.number(partition, row.number());
            partition.state(PartitionState.STOPPED, "kept from before; its bundle has not started");
            damage(partition, ipcas.attach(row, blocks));
        }
        for (PartitionTable.Row row : rows) {
            damage(partitions.entry(row.name()), ipcas.open(row));
        }
        vsr.areas().forEach(area -> blocks.keepAlso(area.number(), area.base(), area.capacity()));
        vsr.areas().forEach(area -> ipcas.settleHome(area, blocks));
        blocks.freeRegionsBut(vsr.areas().stream()
                .map(area -> new MemoryRange(area.base(), area.capacity())).toList());
        ownership.restore();
        vsr.stores().settleStores();
        vsr.attachTracks();
    }

    private void tick() {
        vsr.tick();
        control.later(TICK, this::tick);
    }

    private static void damage(LogicalPartition partition, String damage) {
        if (damage != null) {
            partition.fault(Kind.CORRUPTED, damage);
        }
    }

    private void leaseLost(int number, int holder) {
        control.queue(() -> {
            LogicalPartition owner = partitions.numbered(number);
            if (owner != null) {
                owner.fault(Kind.LEASE_LOST, "its IPCA's lease was left by "
                        + partitions.name(holder) + ", and was broken");
            }
        });
    }

    /** Somebody met memory that cannot be had. Any thread. */
    void checkMemory() {
        if (checking.compareAndSet(false, true)) {
            control.queue(() -> {
                checking.set(false);
                moveAwayFromLostMemory();
            });
        }
    }

    /**
     * What is lost is looked for in all IPCAs before the first of them moves: giving it fresh blocks may
     * lengthen the file, and lost pages then read as zero.
     */
    private void moveAwayFromLostMemory() {
        List<Area> damaged = new ArrayList<>();
        for (Area area : vsr.areas()) {
            BitSet lost = frame.lost(area.base(), area.capacity());
            if ((area.suspect() || !lost.isEmpty()) && !moving.contains(area)) {
                area.lose(lost);
                damaged.add(area);
            }
        }
        for (Area area : damaged) {
            String what = "memory of it cannot be had; what cannot be read there is lost";
            if (!move(area, what, false)) {
                moving.add(area);
                vsr.abandon(area);
            }
        }
    }

    @Override
    public Declarations.Holding holding(String name) {
        LogicalPartition partition = partitions.named(name);
        return partition == null || partition.number() == 0
                ? null
                : new Declarations.Holding(partition.bundleId(), partition.bundle());
    }

    @Override
    public String refusal(Declaration declaration) {
        return ownership.refusal(declaration);
    }

    @Override
    public int spareBlocks() {
        return blocks.spareOfAll();
    }

    /** What a partition lacks of its minimum, when it has got all that is free. */
    Missing lacking(LogicalPartition partition, Declaration declaration) {
        int number = partition.number();
        int owned = number == 0 ? 0 : blocks.of(number).size();
        return new Missing(ownership.lacking(number, declaration),
                blocks.blocksFor(declaration.minimum()) - owned - blocks.free(), List.of());
    }

    /**
     * Gives a partition what it declares, as far as it has not got it and it is free: its minimum at least.
     *
     * @param missing told what it has not got
     * @return why not, or null
     */
    String give(LogicalPartition partition, Declaration declaration, Consumer<Missing> missing) {
        String refusal = refusal(declaration);
        boolean departed = ownership.departed(partition.number());
        if (refusal == null && ownership.lacking(partition.number(), declaration) > 0) {
            refusal = "processors.minimum=" + declaration.leastProcessors()
                    + " are not free in the frame, and those who could spare them did not: say"
                    + " journal";
        }
        int wanted = wanted(partition.number(), declaration, departed);
        if (refusal == null) {
            refusal = partition.number() == 0
                    ? allot(partition, declaration)
                    : change(partition, declaration, wanted);
        }
        if (refusal == null) {
            Missing rest = ownership.declare(partition, declaration);
            partition.declaration(declaration);
            int owned = blocks.of(partition.number()).size();
            missing.accept(new Missing(rest.processors(), wanted - owned, rest.slots()));
        }
        return refusal;
    }

    /** Gives a new partition its number and its memory. */
    private String allot(LogicalPartition partition, Declaration declaration) {
        int number = table.nextNumber();
        if (number == 0) {
            return "partitions=" + frame.description().partitions()
                    + " exist already: uninstall one, or raise partitions in the frame description";
        }
        try {
            long free = blocks.free() * frame.description().block();
            long memory = Math.clamp(free, declaration.minimum(), declaration.memory());
            if (!blocks.give(number, memory, declaration.minimum(), declaration.ipca())) {
                boolean all = declaration.minimum() == declaration.memory();
                return (all ? "memory=" : "memory.minimum=") + Size.text(declaration.minimum())
                        + " must be at most "
                        + Size.text(blocks.free() * frame.description().block())
                        + ", which is free in the frame, with one run of blocks for ipca="
                        + Size.text(declaration.ipca());
            }
        } catch (UncheckedIOException e) {
            return e.getMessage();
        }
        table.add(number, partition.name(), declaration.memory());
        partitions.number(partition, number);
        vsr.enter(number, partition.name());
        return null;
    }

    /** How many blocks a partition is to own: all that it declares, or as many more as it declares more. */
    private int wanted(int number, Declaration declaration, boolean departed) {
        int declared = blocks.blocksFor(declaration.memory());
        return departed
                ? declared
                : blocks.of(number).size() + declared - blocks.blocksFor(table.bytes(number));
    }

    /**
     * A partition keeps its memory, so what it declares must still be that, or more.
     *
     * @param wanted how many blocks it is to own
     */
    private String change(LogicalPartition partition, Declaration declaration, int wanted) {
        int number = partition.number();
        long memory = table.bytes(number);
        if (declaration.memory() < memory) {
            return "memory=" + Size.text(declaration.memory()) + " must be at least "
                    + Size.text(memory) + ", which " + partition.name()
                    + " was given and has its data in: uninstall its bundle first to begin anew";
        }
        MemoryRange ipca = ipcas.ipca(number);
        if (ipca != null && ipca.size() != declaration.ipca()) {
            return "ipca=" + Size.text(declaration.ipca()) + " must be " + Size.text(ipca.size())
                    + ", where unread messages of " + partition.name()
                    + " may lie: uninstall its bundle first to begin anew";
        }
        String refusal = keep(number, declaration);
        if (refusal == null) {
            refusal = fill(number, wanted);
        }
        if (refusal == null) {
            table.bytes(number, declaration.memory());
        }
        return refusal;
    }

    /** A partition gets the blocks that it lacks, as far as they are free. */
    private String fill(int number, int wanted) {
        try {
            blocks.fill(number, wanted * frame.description().block());
            return null;
        } catch (UncheckedIOException e) {
            return e.getMessage();
        }
    }

    /** A partition keeps what it declares now, out of what it owns, and free blocks if that is too little. */
    private String keep(int number, Declaration declaration) {
        List<MemoryRange> always = new ArrayList<>();
        Area area = vsr.area(number);
        if (area == null) {
            // Its IPCA is still to be made, in the run that was given for it.
            always.addAll(blocks.kept(number));
        } else {
            always.add(new MemoryRange(area.base(), area.capacity()));
            MemoryRange home = ipcas.home(number);
            always.add(home == null ? always.getFirst() : home);
        }
        // A sender that hangs may still reach where it was before.
        moving.stream().filter(old -> old.number() == number)
                .forEach(old -> always.add(new MemoryRange(old.base(), old.capacity())));
        try {
            return blocks.keep(number, declaration.minimum(), always)
                    ? null
                    : "memory.minimum=" + Size.text(declaration.minimum()) + " must be at most "
                            + Size.text((blocks.of(number).size() + blocks.free())
                                    * frame.description().block())
                            + ", which " + partitions.name(number)
                            + " owns or is free in the frame: uninstall a partition, or move blocks to"
                            + " the free pool";
        } catch (UncheckedIOException e) {
            return e.getMessage();
        }
    }

    /**
     * Turns what a partition has not read into dead letters.
     *
     * @return how many messages they have no room for, or {@link Vsr#BUSY}; 0 when none is left behind
     */
    int bury(LogicalPartition partition) {
        if (partition.number() == 0) {
            return 0;
        }
        moveAwayFrom(partition.number());
        return vsr.bury(partition.number(), "its receiver was destroyed before it was read");
    }

    /**
     * Takes back all that a partition owns: its number is retired, its memory goes through quarantine.
     * What it has not read is lost, unless it was buried at once before.
     *
     * @param threadsGone whether none of its own threads can run any more
     * @param free what is done when its memory is free again
     */
    void takeBack(LogicalPartition partition, BooleanSupplier threadsGone, Runnable free) {
        int number = partition.number();
        if (number == 0) {
            return;
        }
        ownership.forget(partition);
        left.remove(number);
        moveAwayFrom(number);
        Area area = vsr.area(number);
        List<MemoryRange> ranges = blocks.ranges(number);
        long lease = vsr.remove(number);
        blocks.quarantine(number);
        table.remove(number);
        quarantine.add(() -> holders.gone(lease) && threadsGone.getAsBoolean(), () -> {
            blocks.release(ranges);
            if (area != null) {
                ipcas.release(area.control());
            }
            free.run();
        });
        sweep();
    }

    /**
     * What a partition had begun and can no longer end: messages in chunks, leases of a hung thread.
     *
     * @param unreachable whether no boot of it that has ended can reach its memory
     */
    void endOf(LogicalPartition partition, BooleanSupplier unreachable) {
        freeRegions(partition.number(), unreachable);
        moveAwayFrom(partition.number());
        vsr.endOf(partition.number());
    }

    /** A lease that a hung thread holds is broken by nobody: the IPCAs move away from it. */
    private void moveAwayFrom(int holder) {
        for (Area area : vsr.heldBy(holder)) {
            if (!moving.contains(area)) {
                move(area, "a hung thread of " + partitions.name(holder) + " holds its lease",
                        false);
            }
        }
    }

    /** Moves an IPCA; false when there is nowhere to move it to. */
    private boolean move(Area area, String why, boolean asked) {
        LogicalPartition owner = partitions.numbered(area.number());
        MemoryRange range = owner == null ? null : fresh(area);
        if (range == null && asked) {
            return false;
        }
        if (range == null) {
            String cause = "its IPCA is locked, because " + why
                    + ", and there are no free blocks to move it to: restart the process";
            LOGGER.log(System.Logger.Level.ERROR, "partition={0}: {1}",
                    partitions.name(area.number()), cause);
            if (owner != null) {
                owner.fault(Kind.LEASE_LOST, cause);
            }
            return false;
        }
        Area fresh = ipcas.prepare(area.number(), range);
        long lease = vsr.leaseOf(area);
        moving.add(area);
        BootRun boot = owner.boot();
        // A boot that is about to have a scanner has it afterwards, of the area that is then right.
        synchronized (ipcas) {
            if (boot != null && boot.scanner() != null) {
                boot.scanner().remap(fresh);
            } else {
                vsr.move(area, fresh);
            }
        }
        String moved = "its IPCA was moved to " + range + ", because " + why;
        if (asked) {
            LOGGER.log(System.Logger.Level.INFO, "partition={0} {1}", owner.name(), moved);
        } else {
            owner.fault(area.damaged() ? Kind.CORRUPTED : Kind.LEASE_LOST, moved);
        }
        if (!area.damaged()) {
            quarantine.add(() -> vsr.area(owner.number()) != area && holders.gone(lease), () -> {
                moving.remove(area);
                ipcas.release(area.control());
                leave(area);
            });
            sweep();
        }
        return true;
    }

    @Override
    public void remap(LogicalPartition partition, String why, Recoverer.Done done) {
        Area area = vsr.area(partition.number());
        if (area == null) {
            done.done(false, "it has no IPCA");
        } else if (moving.contains(area)) {
            done.done(false, "its IPCA is on its way already");
        } else if (left.getOrDefault(partition.number(), new ArrayDeque<>()).size() >= MOST_LEFT) {
            done.done(false, "its IPCA has left " + MOST_LEFT + " regions that come free when its"
                    + " boot ends: restart it");
        } else if (!move(area, why, true)) {
            done.done(false, "there are no free blocks to move it to");
        } else {
            awaitMove(partition, area, System.nanoTime() + REMAP.toNanos(), done);
        }
    }

    /** A scanner moves its IPCA between two messages. */
    private void awaitMove(LogicalPartition partition, Area from, long deadline,
            Recoverer.Done done) {
        Area now = vsr.area(partition.number());
        if (now != from) {
            done.done(now != null, now == null
                    ? "it was destroyed meanwhile"
                    : "its IPCA is at " + new MemoryRange(now.base(), now.capacity())
                            + ", and the region that it left stays to be looked at");
        } else if (System.nanoTime() - deadline > 0) {
            done.done(false, "its event scan did not come to it in " + REMAP.toSeconds()
                    + " s: it is moved when it does, or when its boot ends");
        } else {
            control.later(REMAP_LOOK, () -> awaitMove(partition, from, deadline, done));
        }
    }

    /**
     * Turns all that a partition without a boot has not read into dead letters.
     *
     * @return why not, or null
     */
    String empty(LogicalPartition partition) {
        int number = partition.number();
        if (number == 0) {
            return null;
        }
        int lacking = vsr.empty(number, "its receiver restarted cold before it was read");
        if (lacking == Vsr.BUSY) {
            return "a sender is still inside its IPCA: try again";
        }
        return noLetters(lacking);
    }

    @Override
    public String refusesEmpty(LogicalPartition partition) {
        return noLetters(vsr.lackingLetters(partition.number()));
    }

    private static String noLetters(int lacking) {
        return lacking == 0
                ? null
                : "messages=" + lacking + " that it has not read do not fit into the dead letters:"
                        + " drop letters, or restart it in place";
    }

    /**
     * Writes into an IPCA, in the name of a partition, what the hypervisor alone can write; it waits for nobody.
     *
     * @return its position, or why not, as a hypervisor call that sends
     */
    long announce(int from, int receiver, MemorySegment text) {
        Holder holder = new Holder(holders, from, false);
        try {
            holder.bind();
            return vsr.announceAtOnce(holder, receiver, text);
        } finally {
            holders.remove(holder);
        }
    }

    /** An IPCA has left a region: it stays as it is, to be looked at, until it has left another. */
    private void leave(Area area) {
        MemoryRange region = new MemoryRange(area.base(), area.capacity());
        if (blocks.holder(Math.toIntExact(region.base() / frame.description().block())) == area
                .number() && blocks.region(region)) {
            left.computeIfAbsent(area.number(), any -> new ArrayDeque<>()).add(region);
        }
    }

    /** A boot has ended: regions that its IPCA has left are free, but for the latest, when it cannot reach them. */
    private void freeRegions(int number, BooleanSupplier unreachable) {
        Deque<MemoryRange> regions = left.getOrDefault(number, new ArrayDeque<>());
        List<MemoryRange> free = new ArrayList<>();
        while (regions.size() > 1) {
            free.add(regions.remove());
        }
        if (!free.isEmpty()) {
            quarantine.add(unreachable, () -> free.forEach(blocks::freeRegion));
            sweep();
        }
    }

    private MemoryRange fresh(Area area) {
        try {
            return blocks.giveRegion(area.number(), area.capacity());
        } catch (UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.ERROR, e.getMessage(), e);
            return null;
        }
    }

    /** A boot has ended: a move that its scanner was asked for and did not make is made here. */
    void finishMove(BootRun boot) {
        Area to = boot.scanner() == null ? null : boot.scanner().takeRemap();
        Area from = vsr.area(boot.partition().number());
        if (to != null && from != null) {
            vsr.move(from, to);
        }
    }

    private void sweep() {
        if (quarantine.sweep()) {
            control.later(SWEEP, this::sweep);
        }
    }

    Frame frame() {
        return frame;
    }

    BlockMap blocks() {
        return blocks;
    }

    PartitionTable table() {
        return table;
    }

    Holders holders() {
        return holders;
    }

    Vsr vsr() {
        return vsr;
    }

    IpcaRegistry ipcas() {
        return ipcas;
    }

    Ownership ownership() {
        return ownership;
    }
}
