package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.brattice.api.Holding;
import org.brattice.api.MemoryRange;
import org.brattice.api.Move;
import org.brattice.api.Move.State;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.FrameDescription.Device;
import org.brattice.hypervisor.memory.StoreSizes;
import org.brattice.hypervisor.recovery.FaultLog;
import org.brattice.hypervisor.resource.Journal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of moves that had not ended when the process ended. */
class KilledMoveTest {
    private static final Resource.Processor PROCESSOR = new Resource.Processor(1);
    private static final Resource.Slot SLOT = new Resource.Slot("A");

    @TempDir
    private Path data;
    private Frame frame;
    private ControlThread control;
    private Partitions partitions;
    private Holdings holdings;

    @BeforeEach
    void begin() throws IOException {
        Files.write(data.resolve("disk.img"), new byte[4096]);
        open();
        for (String name : List.of("x", "y")) {
            LogicalPartition partition = partitions.entry(name);
            assertNull(holdings.give(partition, Declaration.of(
                    Map.of("name", name, "memory", "192 KiB", "memory.minimum", "64 KiB",
                            "ipca", "4 KiB", "processors", 2L,
                            "slots", name.equals("x") ? List.of("A") : List.of()),
                    Map.of()), missing -> {}));
        }
    }

    private void open() throws IOException {
        frame = Frame.open(data, new FrameDescription("test", 2 << 20, 64 << 10, 4, 8, Backing.DATA,
                Map.of("A", new Device.Block(data.resolve("disk.img"))),
                new StoreSizes(4096, 4096, 1024, 4096, 4096)));
        control = new ControlThread();
        partitions = new Partitions(new Faults(new FaultLog(frame.memory(), frame.layout())),
                () -> {});
        holdings = new Holdings(frame, control, partitions,
                new Faults(new FaultLog(frame.memory(), frame.layout())));
        holdings.attach();
    }

    @AfterEach
    void close() {
        control.close();
        holdings.ownership().slots().close();
        frame.close();
    }

    private void killed() throws IOException {
        close();
        open();
    }

    /** Leaves a move behind in a state, as a process does that is killed. */
    private void leave(Resource resource, State state) {
        Journal journal = holdings.ownership().journal();
        Move move = journal.begin(new Move(0, resource, "x", number("x"), "y", number("y"),
                State.BEGUN, Instant.EPOCH, Instant.EPOCH, "the test asks", ""));
        if (state == State.COMMITTED) {
            journal.state(move, state, "");
        }
    }

    private int number(String name) {
        return partitions.named(name).number();
    }

    private Holding holding(String name) {
        return holdings.ownership().all().stream().filter(one -> one.partition().equals(name))
                .findAny()
                .orElseThrow();
    }

    @Test
    void shouldUndoWhatWasBegun() throws IOException {
        leave(PROCESSOR, State.BEGUN);
        leave(SLOT, State.BEGUN);
        List<Holding> before = holdings.ownership().all();
        killed();

        assertEquals(before, holdings.ownership().all());
        assertEquals(List.of("UNDONE", "UNDONE"), states());
        assertEquals("the process ended; undone at the next start",
                holdings.ownership().journal().all().getFirst().outcome());
    }

    @Test
    void shouldFinishWhatWasCommitted() throws IOException {
        leave(PROCESSOR, State.COMMITTED);
        leave(SLOT, State.COMMITTED);
        killed();

        assertEquals(List.of(0), holding("x").processors());
        assertEquals(List.of(1, 2, 3), holding("y").processors());
        assertEquals(List.of("A"), holding("y").slots());
        assertEquals(List.of("DONE", "DONE"), states());
        List<Holding> after = holdings.ownership().all();
        killed();
        assertEquals(after, holdings.ownership().all());
    }

    @Test
    void shouldFinishWhatHadBeenHandedOnAlready() throws IOException {
        leave(SLOT, State.COMMITTED);
        holdings.ownership().hand(holdings.ownership().journal().open().getFirst());
        killed();

        assertEquals(List.of("A"), holding("y").slots());
        assertEquals(List.of(), holding("x").slots());
        assertEquals(List.of("DONE"), states());
    }

    @Test
    void shouldClearBlocksThatWereCommitted() throws IOException {
        BlockMap blocks = holdings.blocks();
        List<Integer> spare = blocks.spare(number("x"));
        for (int block : spare) {
            memory(block).fill((byte) -1);
            leave(new Resource.MemoryBlock(block), State.COMMITTED);
        }
        blocks.quarantineOne(spare.getFirst());
        killed();

        assertEquals(List.of("DONE", "DONE"), states());
        assertEquals(List.of(), holding("x").spareBlocks());
        for (int block : spare) {
            assertTrue(holding("y").spareBlocks().contains(block));
            assertEquals(-1, memory(block)
                    .mismatch(MemorySegment.ofArray(new byte[(int) memory(block).byteSize()])));
        }
    }

    private MemorySegment memory(int block) {
        MemoryRange range = holdings.blocks().range(block);
        return frame.memory().asSlice(range.base(), range.size());
    }

    @Test
    void shouldFreeABlockThatWasCommittedToAPartitionThatIsGone() throws IOException {
        int block = holdings.blocks().spare(number("x")).getLast();
        leave(new Resource.MemoryBlock(block), State.COMMITTED);
        holdings.blocks().quarantineOne(block);
        holdings.takeBack(partitions.named("y"), () -> true, () -> {});
        killed();

        assertEquals(List.of("DONE"), states());
        assertTrue(holding("").blocks().contains(block));
        assertEquals("the process ended; finished at the next start: it is free, as y is no more",
                holdings.ownership().journal().all().getFirst().outcome());
    }

    @Test
    void shouldUndoWhatWasCommittedToAPartitionThatIsGone() throws IOException {
        leave(SLOT, State.COMMITTED);
        holdings.takeBack(partitions.named("y"), () -> true, () -> {});
        killed();

        assertEquals(List.of("A"), holding("x").slots());
        assertEquals(List.of("UNDONE"), states());
    }

    @Test
    void shouldGiveProcessorsThatAKillWasInTheWayOf() throws IOException {
        holdings.table().processors(number("x"), 4, 4);
        holdings.table().processors(number("y"), 1, 1);
        killed();
        assertEquals(4, holding("x").processors().size());
        assertEquals(1, holding("y").processors().size());

        holdings.ownership().processors().owner(holding("x").processors().getLast(), number("y"));
        killed();
        assertEquals(3, holding("x").processors().size());
        assertEquals(2, holding("y").processors().size());
    }

    private List<String> states() {
        return holdings.ownership().journal().all().stream().map(move -> move.state().name())
                .toList();
    }
}
