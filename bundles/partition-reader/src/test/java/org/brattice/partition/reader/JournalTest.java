package org.brattice.partition.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.junit.jupiter.api.Test;

class JournalTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[(int) Journal.BYTES]);
    private final Journal.Entry first = new Journal.Entry(0, 5, 77, "digest vios");
    private final Journal.Entry last = new Journal.Entry(7, 6, 78,
            "d".repeat(Command.LONGEST + 10));

    @Test
    void shouldFindItsEntriesInTheNextBoot() {
        var journal = new Journal(memory);
        journal.put(first);
        journal.put(last);
        assertEquals(List.of(first, last), new Journal(memory).entries(8));
        journal.clear(0);
        assertEquals(List.of(last), new Journal(memory).entries(8));
    }

    @Test
    void shouldPassOverADamagedEntry() {
        var journal = new Journal(memory);
        journal.put(first);
        journal.put(last);
        memory.set(ValueLayout.JAVA_INT_UNALIGNED, 256 + 4, -1);
        assertEquals(List.of(last), journal.entries(8));
    }

    @Test
    void shouldClearMemoryOfAnotherLayout() {
        memory.fill((byte) 1);
        assertEquals(List.of(), new Journal(memory).entries(8));
    }
}
