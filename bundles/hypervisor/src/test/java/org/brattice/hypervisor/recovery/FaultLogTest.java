package org.brattice.hypervisor.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.StoreSizes;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultLogTest {
    private static final FrameLayout LAYOUT = FrameLayout.of(4 << 20, 64 << 10, 4,
            new StoreSizes(4 << 10, 4 << 10, 1 << 10, 16 << 10, 4 << 10));
    private static final int ENTRIES = 16;
    private static final Instant MOMENT = Instant.ofEpochMilli(1_700_000_000_123L);

    private MemorySegment memory = memory();
    private FaultLog log = new FaultLog(memory, LAYOUT);

    private static MemorySegment memory() {
        return MemorySegment.ofArray(new long[(int) (LAYOUT.hypervisorSize() / 8)]);
    }

    private static MemorySegment copy(MemorySegment memory) {
        MemorySegment copy = memory();
        copy.copyFrom(memory);
        return copy;
    }

    private void killed() {
        memory = copy(memory);
        log = new FaultLog(memory, LAYOUT);
    }

    private static Fault fault(String partition, String cause) {
        return fault(partition, Kind.TASK_THREW, MOMENT, cause);
    }

    private static Fault fault(String partition, Kind kind, Instant moment, String cause) {
        return new Fault(partition, number(partition), kind, moment, cause);
    }

    private static int number(String partition) {
        return partition.charAt(0);
    }

    private static List<String> causes(List<Fault> faults) {
        return faults.stream().map(Fault::cause).toList();
    }

    @Test
    void shouldKeepEverythingOfAFault() {
        Fault fault = new Fault(0, "sick", 3, Kind.HANDLER_THREW, MOMENT, MOMENT, 1, 7, 4096, 2,
                "message threw", "at Sick.message(Sick.java:12)");
        log.add(fault);
        killed();

        assertEquals(List.of(new Fault(1, "sick", 3, Kind.HANDLER_THREW, MOMENT, MOMENT, 1, 7, 4096,
                2, "message threw", "at Sick.message(Sick.java:12)")), log.all());
        log.add(fault("sick", Kind.POISONED, MOMENT, "given up"));
        assertEquals(
                new Fault(2, "sick", 's', Kind.POISONED, MOMENT, MOMENT, 1, 0, -1, 0, "given up",
                        ""),
                log.all().getLast());
    }

    @Test
    void shouldCountRepetitionsAmongTheLatest() {
        log.add(fault("x", "boom"));
        log.add(fault("y", "boom"));
        log.add(fault("x", Kind.TASK_THREW, MOMENT.plusMillis(9), "boom"));
        killed();
        log.add(fault("x", Kind.TASK_THREW, MOMENT.plusMillis(10), "boom"));
        killed();

        Fault first = log.of('x', 16).getFirst();
        assertEquals(3, first.count());
        assertEquals(MOMENT, first.moment());
        assertEquals(MOMENT.plusMillis(10), first.latest());
        assertEquals(2, log.all().size());
        log.add(fault("x", "bang"));
        log.add(fault("x", "boom"));
        assertEquals(List.of("boom", "bang"), causes(log.of('x', 16)));
        log.add(fault("x", Kind.POISONED, MOMENT, "boom"));
        assertEquals(3, log.of('x', 16).size());
        killed();
        assertEquals(5, log.add(fault("x", "boom")).count());
    }

    @Test
    void shouldNoteAnewWhatIsNotAmongTheLatest() {
        log.add(fault("x", "boom"));
        for (int i = 0; i < 8; i++) {
            log.add(fault("x", "bang " + i));
        }
        assertEquals(1, log.add(fault("x", "boom")).count());
        assertEquals(10, log.of('x', 16).size());
        assertEquals(2, log.add(fault("x", "bang 7")).count());
    }

    @Test
    void shouldCountRepetitionsOfACauseThatIsTooLong() {
        log.add(fault("x", "ü".repeat(400)));
        log.add(fault("x", "ü".repeat(400)));

        assertEquals(List.of("ü".repeat(256)), causes(log.all()));
        assertEquals(2, log.all().getFirst().count());
    }

    @Test
    void shouldTellTheLatestOfOne() {
        for (int i = 0; i < 5; i++) {
            log.add(fault("x", "x" + i));
            log.add(fault("y", "y" + i));
        }
        assertEquals(List.of("y3", "y4"), causes(log.of('y', 2)));
        assertEquals(List.of(), log.of('z', 2));
    }

    @Test
    void shouldTellAPartitionFromAnEarlierOneOfItsName() {
        log.add(new Fault("x", 1, Kind.TASK_THREW, MOMENT, "boom"));
        log.add(new Fault("x", 2, Kind.TASK_THREW, MOMENT, "boom"));
        assertEquals(1, log.of(2, 16).getFirst().count());
        assertEquals(2, log.all().size());
    }

    @Test
    void shouldOverwriteTheOldest() {
        for (int i = 0; i < ENTRIES + 5; i++) {
            log.add(fault("x", "x" + i));
        }
        killed();

        assertEquals(ENTRIES, log.all().size());
        assertEquals("x5", log.all().getFirst().cause());
        assertEquals("x" + (ENTRIES + 4), log.all().getLast().cause());
        log.add(fault("x", "next"));
        assertEquals(ENTRIES + 6, log.all().getLast().sequence());
    }

    @Test
    void shouldKeepWhatOthersHaveInAStorm() {
        log.add(fault("quiet", "once"));
        log.add(fault("other", "one"));
        log.add(fault("other", "two"));
        for (int i = 0; i < 1000; i++) {
            log.add(fault("storm", "storm" + i));
            if (i == 500) {
                killed();
            }
        }

        assertEquals(List.of("once"), causes(log.of('q', 16)));
        assertEquals(List.of("one", "two"), causes(log.of('o', 16)));
        assertEquals("storm999", log.all().getLast().cause());
        assertEquals(ENTRIES - 3, log.of('s', 16).size());
    }

    @Test
    void shouldShareBetweenStorms() {
        for (int i = 0; i < 1000; i++) {
            log.add(fault("x", "x" + i));
        }
        for (int i = 0; i < 1000; i++) {
            log.add(fault("y", "y" + i));
        }
        assertEquals(ENTRIES / 2, log.of('x', 16).size());
        assertEquals(ENTRIES / 2, log.of('y', 16).size());
        assertEquals(List.of("x998", "x999"), causes(log.of('x', 2)));
    }

    /** After each word that a fault stores, another process has it or not, and all but one of the others. */
    @Test
    void shouldHaveAFaultOrNotWhereverTheProcessEnds() {
        for (int i = 0; i < ENTRIES; i++) {
            log.add(fault("x", "x" + i));
        }
        MemorySegment old = copy(memory);
        log.add(fault("x", "new"));
        long entry = LAYOUT.fault(0);
        List<Long> changed = new ArrayList<>();
        for (long at = 8; at < FrameLayout.FAULT_SIZE; at += 8) {
            if (Word.plain(old, entry + at) != Word.plain(memory, entry + at)) {
                changed.add(entry + at);
            }
        }
        assertTrue(changed.size() > 1);
        Word.plain(old, entry, 0);
        for (long at : changed) {
            List<String> causes = causes(new FaultLog(copy(old), LAYOUT).all());
            assertEquals(ENTRIES - 1, causes.size());
            assertEquals("x1", causes.getFirst());
            Word.plain(old, at, Word.plain(memory, at));
        }
        Word.plain(old, entry, Word.plain(memory, entry));
        assertEquals("new", new FaultLog(old, LAYOUT).all().getLast().cause());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldShowNoDamagedFault(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            memory = memory();
            log = new FaultLog(memory, LAYOUT);
            Set<String> written = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                log.add(fault("x", "cause " + i));
                written.add("cause " + i);
            }
            int damages = 1 + random.nextInt(6);
            for (int damage = 0; damage < damages; damage++) {
                long at = LAYOUT.fault(0) + 8 * random.nextLong(10 * FrameLayout.FAULT_SIZE / 8);
                Word.plain(memory, at, random.nextLong());
            }
            killed();
            List<Fault> left = log.all();
            assertTrue(left.size() >= 10 - damages && left.size() <= 10);
            left.forEach(fault -> {
                assertTrue(written.contains(fault.cause()));
                assertTrue(fault.sequence() >= 1 && fault.sequence() <= 10);
            });
            log.add(fault("x", "after"));
            assertEquals("after", log.all().getLast().cause());
            assertTrue(log.all().getLast().sequence() <= 11);
        }
    }
}
