package org.brattice.hypervisor.partition;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

import org.brattice.api.FrameInfo;
import org.brattice.api.MemoryRange;
import org.brattice.api.Holding;
import org.brattice.api.Move;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.memory.ProcessorMap;
import org.brattice.hypervisor.memory.SlotMap;
import org.brattice.hypervisor.resource.Journal;
import org.brattice.hypervisor.resource.Slots;

/**
 * Who owns which processor, memory block and slot: exactly one partition, or nobody, in the frame itself; and the journal of
 * what moves. Changed by the control thread, looked at from any.
 */
final class Ownership {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final Frame frame;
    private final PartitionTable table;
    private final BlockMap blocks;
    private final Partitions partitions;
    private final ProcessorMap processors;
    private final SlotMap slotMap;
    private final Slots slots;
    private final Journal journal;

    Ownership(Frame frame, PartitionTable table, BlockMap blocks, Partitions partitions) {
        this.frame = frame;
        this.table = table;
        this.blocks = blocks;
        this.partitions = partitions;
        this.processors = new ProcessorMap(frame);
        this.slotMap = new SlotMap(frame);
        this.slots = new Slots(frame.description().slots());
        this.journal = new Journal(frame.memory(), frame.layout());
    }

    /** Takes over what an earlier process has left to the partitions that there are still. */
    void attach(List<PartitionTable.Row> rows, LongPredicate known) {
        processors.freeUnless(known);
        slotMap.freeUnless(known);
        rows.forEach(row -> settle(row.number()));
    }

    /** Puts slots in force as the frame has them, and ends moves, when all partitions have their names. */
    void restore() {
        slotMap.rows().forEach(row -> slots.restore(new Slots.Row(row.location(),
                nameOf(row.owner()), nameOf(row.declarer()))));
        endMoves();
    }

    /** Why a declaration's slots or processors are not to be had, or null. Any thread. */
    String refusal(Declaration declaration) {
        String slot = slots.refusal(declaration.name(), declaration.slots());
        if (slot != null) {
            return slot;
        }
        LogicalPartition partition = partitions.named(declaration.name());
        int number = partition == null ? 0 : partition.number();
        int lacking = lacking(number, declaration);
        if (lacking == 0) {
            return null;
        }
        int spare = all().stream().filter(one -> one.number() != 0 && one.number() != number)
                .mapToInt(one -> one.spareProcessors().size()).sum();
        return lacking <= spare
                ? null
                : "processors.minimum=" + declaration.leastProcessors() + " must be at most "
                        + (declaration.leastProcessors() - lacking + spare)
                        + ", which are free in the frame or can be spared by others: uninstall a"
                        + " partition, or raise processors in the frame description";
    }

    /** How many processors a partition lacks of its minimum, when it has got all free ones. Any thread. */
    int lacking(int number, Declaration declaration) {
        int owned = number == 0 ? 0 : processors.of(number).size();
        return Math.max(0, declaration.leastProcessors() - owned - processors.free());
    }

    /**
     * Gives a partition what it declares more than it did, as far as that is free, and takes back what it declares
     * no more. One that boots for the first time, or has departed, has declared nothing before.
     *
     * @return what it has not got
     */
    Missing declare(LogicalPartition partition, Declaration declaration) {
        int number = partition.number();
        int owned = processors.of(number).size();
        int target = target(number, owned, declaration);
        int given = Math.min(target, owned + processors.free());
        boolean departed = departed(number);
        table.processors(number, declaration.processors(), given);
        processors.settle(number, given);
        table.processors(number, declaration.processors(), 0);
        List<String> missing = slots.declare(partition.name(), declaration.slots(), departed);
        noteSlots();
        return new Missing(target - given, 0, missing);
    }

    /** Whether a partition has never booted, or has departed. */
    boolean departed(int number) {
        return number == 0 || table.processors(number) == 0;
    }

    /** A partition has departed: when it boots again it gets what it declares, whatever it owns until then. */
    void departed(LogicalPartition partition) {
        table.processors(partition.number(), 0, 0);
    }

    /** Takes all of a partition back, which is no more. */
    void forget(LogicalPartition partition) {
        slots.forget(partition.name());
        noteSlots();
        processors.settle(partition.number(), 0);
    }

    /** How many processors a boot has: what the one before had, and as many more as are declared more. */
    private int target(int number, int owned, Declaration declaration) {
        int declared = number == 0 ? 0 : table.processors(number);
        return declared == 0
                ? declaration.processors()
                : Math.max(declaration.leastProcessors(),
                        owned + declaration.processors() - declared);
    }

    /** A process that ended while it gave a partition its processors has left some to give, or to take. */
    private void settle(int number) {
        int target = table.settling(number);
        if (target != 0) {
            int owned = processors.of(number).size();
            processors.settle(number, Math.min(target, owned + processors.free()));
            table.processors(number, table.processors(number), 0);
        }
    }

    /** Notes in the frame who has to do with which slot. */
    private void noteSlots() {
        List<Slots.Row> rows = slots.rows();
        for (SlotMap.Row old : slotMap.rows()) {
            if (rows.stream().noneMatch(row -> row.location().equals(old.location()))) {
                slotMap.set(new SlotMap.Row(old.location(), 0, 0));
            }
        }
        rows.forEach(row -> slotMap.set(new SlotMap.Row(row.location(), numberOf(row.owner()),
                numberOf(row.declarer()))));
    }

    private int numberOf(String name) {
        LogicalPartition partition = partitions.named(name);
        return partition == null ? 0 : partition.number();
    }

    /** Name of a partition, or "" for nobody. Any thread. */
    String nameOf(int number) {
        LogicalPartition partition = number == 0 ? null : partitions.numbered(number);
        return partition == null ? "" : partition.name();
    }

    /**
     * Number of the partition that owns a resource, or 0.
     *
     * @throws IllegalArgumentException when the frame has no such resource
     */
    int owner(Resource resource) {
        switch (resource) {
            case Resource.Processor(int index) -> {
                check(resource, index < processors.count(), "processors 0 to "
                        + (processors.count() - 1));
                return processors.owner(index);
            }
            case Resource.MemoryBlock(int index) -> {
                check(resource, index < frame.layout().blocks(), "blocks 0 to "
                        + (frame.layout().blocks() - 1));
                return blocks.holder(index);
            }
            case Resource.Slot(String location) -> {
                String owner = slots.owner(location);
                check(resource, owner != null, slots.list().isEmpty()
                        ? "no slots"
                        : "slots " + slots.list().stream().map(FrameInfo.Slot::location)
                                .collect(Collectors.joining(", ")));
                return numberOf(owner);
            }
        }
    }

    private static void check(Resource resource, boolean there, String those) {
        if (!there) {
            throw new IllegalArgumentException("resource=" + resource
                    + " is not in the frame, which has " + those);
        }
    }

    /** Hands a resource on, as its move says, which is committed. */
    void hand(Move move) {
        hand(move, move.toNumber());
    }

    private void hand(Move move, int number) {
        switch (move.resource()) {
            case Resource.Processor(int index) -> processors.owner(index, number);
            case Resource.Slot(String location) -> {
                slots.move(location, nameOf(number));
                noteSlots();
            }
            case Resource.MemoryBlock(int index) -> {
                MemoryRange range = blocks.range(index);
                blocks.quarantineOne(index);
                if (number != 0) {
                    blocks.clear(index, 0, range.size(), move.fromNumber() != 0);
                }
                blocks.hand(index, number);
            }
        }
    }

    /** Ends the moves that an earlier process has left: what was committed is done, all else undone. */
    private void endMoves() {
        for (Move move : journal.open()) {
            boolean gone = move.toNumber() != 0 && !table.known(move.toNumber());
            // A block that was to be handed on may be cleared already: nobody can have it back.
            boolean commits = move.state() == Move.State.COMMITTED
                    && (!gone || move.resource() instanceof Resource.MemoryBlock);
            if (commits) {
                finish(move, gone ? 0 : move.toNumber());
            }
            Move ended = journal.state(move, commits ? Move.State.DONE : Move.State.UNDONE,
                    "the process ended; " + (commits ? "finished" : "undone")
                            + " at the next start"
                            + (commits && gone
                                    ? ": it is free, as " + move.to() + " is no more"
                                    : ""));
            LOGGER.log(System.Logger.Level.WARNING, "move={0} resource={1} from={2} to={3} {4}",
                    Long.toString(ended.id()), ended.resource(), ended.from(), ended.to(),
                    ended.outcome());
        }
    }

    /** What cannot be handed on must not keep the machine from starting: it is free. */
    private void finish(Move move, int number) {
        try {
            hand(move, number);
        } catch (IllegalStateException | UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.ERROR, "move={0} resource={1} is free, as it could not"
                    + " be finished: {2}", Long.toString(move.id()), move.resource(),
                    e.getMessage());
            hand(move, 0);
        }
    }

    Journal journal() {
        return journal;
    }

    /** A partition by number, or null. Any thread. */
    LogicalPartition partition(int number) {
        return number == 0 ? null : partitions.numbered(number);
    }

    /** Whether a partition of a name has departed, or is no more. Any thread. */
    boolean hasDeparted(String name) {
        return departed(numberOf(name));
    }

    /** Whether a partition owns a resource. Any thread. */
    boolean owns(int number, Resource resource) {
        return number != 0 && owner(resource) == number;
    }

    /** Whether a partition of a name exists, and has been admitted. Any thread. */
    boolean admitted(String name) {
        return numberOf(name) != 0;
    }

    BlockMap blocks() {
        return blocks;
    }

    ProcessorMap processors() {
        return processors;
    }

    /**
     * What all own, by number, the free pool first: each resource is looked at once, so it is in one row, or in
     * none, as blocks in quarantine are. Any thread.
     */
    List<Holding> all() {
        Map<Integer, Owned> all = new TreeMap<>();
        all.put(0, new Owned());
        partitions.all().stream().map(LogicalPartition::number)
                .forEach(number -> all.putIfAbsent(number, new Owned()));
        for (int index = 0; index < processors.count(); index++) {
            of(all, processors.owner(index)).processors.add(index);
        }
        blocks.forEach((index, owner, spare) -> {
            of(all, owner).blocks.add(index);
            if (spare) {
                of(all, owner).spare.add(index);
            }
        });
        slots.list().forEach(slot -> of(all, numberOf(slot.owner())).slots.add(slot.location()));
        return all.entrySet().stream().map(row -> holding(row.getKey(), row.getValue())).toList();
    }

    private Holding holding(int number, Owned owned) {
        int kept = Math.min(owned.processors.size(), leastProcessors(number));
        return new Holding(number == 0 ? "" : partitions.name(number), number, owned.processors,
                owned.processors.subList(kept, owned.processors.size()), owned.blocks,
                owned.spare, owned.slots);
    }

    /** How many processors a partition keeps: what it declares, and one as long as it has not. */
    int leastProcessors(int number) {
        LogicalPartition partition = number == 0 ? null : partitions.numbered(number);
        return partition == null || departed(number)
                ? 0
                : partition.declaration() == null
                        ? 1
                        : partition.declaration().leastProcessors();
    }

    private static Owned of(Map<Integer, Owned> all, int number) {
        return all.computeIfAbsent(number, any -> new Owned());
    }

    /** What one partition owns. */
    private static final class Owned {
        final List<Integer> processors = new ArrayList<>();
        final List<Integer> blocks = new ArrayList<>();
        final List<Integer> spare = new ArrayList<>();
        final List<String> slots = new ArrayList<>();
    }

    Slots slots() {
        return slots;
    }
}
