package org.brattice.hypervisor.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.List;
import java.util.Random;

import org.brattice.api.Move;
import org.brattice.api.Move.State;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.StoreSizes;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final FrameLayout LAYOUT = FrameLayout.of(4 << 20, 64 << 10, 4,
            new StoreSizes(4 << 10, 4 << 10, 1 << 10, 4 << 10, 4 << 10));
    private static final int ENTRIES = 8;

    private MemorySegment memory = memory();
    private Journal journal = new Journal(memory, LAYOUT);

    private static MemorySegment memory() {
        return MemorySegment.ofArray(new long[(int) (LAYOUT.hypervisorSize() / 8)]);
    }

    private void killed() {
        MemorySegment copy = memory();
        copy.copyFrom(memory);
        memory = copy;
        journal = new Journal(memory, LAYOUT);
    }

    private static Move move(Resource resource) {
        return new Move(0, resource, "x", 3, "y", 7, State.BEGUN, Instant.EPOCH, Instant.EPOCH,
                "an operator asked", "");
    }

    private Move begin(Resource resource) {
        return journal.begin(move(resource));
    }

    @Test
    void shouldKeepEverythingOfAMoveOverAKill() {
        List<Resource> resources = List.of(new Resource.Processor(1023),
                new Resource.MemoryBlock(17), new Resource.Slot("U1.P1-C2"));
        resources.forEach(this::begin);
        List<Move> before = journal.all();
        killed();

        assertEquals(before, journal.all());
        assertEquals(resources, journal.all().stream().map(Move::resource).toList());
        Move first = journal.all().getFirst();
        assertEquals(1, first.id());
        assertEquals("x", first.from());
        assertEquals(3, first.fromNumber());
        assertEquals("y", first.to());
        assertEquals(7, first.toNumber());
        assertEquals(State.BEGUN, first.state());
        assertEquals("an operator asked", first.cause());
        assertEquals("", first.outcome());
    }

    @Test
    void shouldTellWhatHasNotEnded() {
        Move undone = begin(new Resource.Processor(0));
        Move done = begin(new Resource.Processor(1));
        Move committed = begin(new Resource.Processor(2));
        journal.state(undone, State.UNDONE, "x vetoed it: busy");
        journal.state(done, State.COMMITTED, "");
        journal.state(done, State.DONE, "");
        journal.state(committed, State.COMMITTED, "");
        killed();

        assertEquals(List.of(committed.id()), journal.open().stream().map(Move::id).toList());
        assertEquals(State.COMMITTED, journal.open().getFirst().state());
        assertEquals("x vetoed it: busy", journal.all().getFirst().outcome());
        assertEquals(4, begin(new Resource.Processor(3)).id());
    }

    @Test
    void shouldOverwriteTheOldestThatHasEnded() {
        Move open = begin(new Resource.Processor(0));
        for (int i = 1; i < 3 * ENTRIES; i++) {
            journal.state(begin(new Resource.Processor(i)), State.DONE, "");
        }
        killed();

        assertEquals(List.of(open), journal.open());
        assertEquals(ENTRIES, journal.all().size());
        assertEquals(3 * ENTRIES, journal.all().getLast().id());
    }

    @Test
    void shouldTakeNoMoreWhenNoneHasEnded() {
        for (int i = 0; i < ENTRIES; i++) {
            begin(new Resource.Processor(i));
        }

        IllegalStateException full = assertThrows(IllegalStateException.class,
                () -> begin(new Resource.Processor(0)));
        assertEquals("move.journal is full: moves=8 have not ended", full.getMessage());
    }

    @Test
    void shouldNotChangeWhatHasEnded() {
        Move move = begin(new Resource.Processor(0));
        journal.state(move, State.DONE, "");

        IllegalStateException ended = assertThrows(IllegalStateException.class,
                () -> journal.state(move, State.UNDONE, "too late"));
        assertEquals("move=1 has ended: DONE", ended.getMessage());
    }

    @Test
    void shouldCutTextsThatAreTooLong() {
        Move move = journal.begin(new Move(0, new Resource.Slot("A"), "x", 1, "y", 2, State.BEGUN,
                Instant.EPOCH, Instant.EPOCH, "c".repeat(1000), ""));
        assertEquals("c".repeat(104), move.cause());
        assertEquals("o".repeat(104), journal.state(move, State.UNDONE, "o".repeat(1000))
                .outcome());
    }

    @Test
    void shouldSkipDamagedEntriesWithoutThrowing() {
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            memory = memory();
            journal = new Journal(memory, LAYOUT);
            begin(new Resource.Slot("A"));
            long at = LAYOUT.move(0) + random.nextInt((int) FrameLayout.MOVE_SIZE);
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
            killed();

            assertTrue(journal.all().size() <= 1);
            begin(new Resource.Processor(1));
        }
    }
}
