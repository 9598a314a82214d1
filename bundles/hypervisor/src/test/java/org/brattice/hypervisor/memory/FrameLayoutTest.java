package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

class FrameLayoutTest {
    private final LayoutDocument document = document();

    private static LayoutDocument document() {
        try {
            return new LayoutDocument();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldHaveTheOffsetsOfTheDocument() {
        Map<String, Long> documented = new HashMap<>(document.offsets());
        documented.keySet().removeIf(name -> name.startsWith("chunk ")
                || name.startsWith("stream ") || name.startsWith("track "));
        documented.keySet().removeAll(java.util.Set.of("commit word", "source", "flags", "length",
                "guard", "stamp", "checksum", "payload"));

        Map<String, Long> expected = new HashMap<>();
        expected.put("magic", 0L);
        expected.put("version", FrameLayout.HEADER_VERSION);
        expected.put("memory", FrameLayout.HEADER_MEMORY);
        expected.put("block", FrameLayout.HEADER_BLOCK);
        expected.put("partitions", FrameLayout.HEADER_PARTITIONS);
        expected.put("next number", FrameLayout.HEADER_NEXT_NUMBER);
        expected.put("starts", FrameLayout.HEADER_STARTS);
        expected.put("clean", FrameLayout.HEADER_CLEAN);
        expected.put("id", FrameLayout.HEADER_ID);
        expected.put("process", FrameLayout.HEADER_PROCESS);
        expected.put("started", FrameLayout.HEADER_STARTED);
        expected.put("boot", FrameLayout.HEADER_BOOT);
        expected.put("space", FrameLayout.HEADER_SPACE);
        expected.put("inode", FrameLayout.HEADER_INODE);
        expected.put("data length", FrameLayout.HEADER_DATA_LENGTH);
        expected.put("data directory", FrameLayout.HEADER_DATA);
        expected.put("number", FrameLayout.ROW_NUMBER);
        expected.put("row memory", FrameLayout.ROW_MEMORY);
        expected.put("home", FrameLayout.ROW_HOME);
        expected.put("control", FrameLayout.ROW_CONTROL);
        expected.put("boots", FrameLayout.ROW_BOOTS);
        expected.put("epoch", FrameLayout.ROW_EPOCH);
        expected.put("name length", FrameLayout.ROW_NAME_LENGTH);
        expected.put("name", FrameLayout.ROW_NAME);
        expected.put("summary", FrameLayout.PAGE_SUMMARY);
        expected.put("streams dirty", FrameLayout.PAGE_STREAMS_DIRTY);
        expected.put("next stream", FrameLayout.PAGE_NEXT_STREAM);
        expected.put("room summary", FrameLayout.PAGE_ROOM_SUMMARY);
        expected.put("notices", FrameLayout.PAGE_NOTICES);
        expected.put("room", FrameLayout.PAGE_ROOM);
        expected.put("tracks", FrameLayout.PAGE_TRACKS);
        expected.put("streams", FrameLayout.PAGE_STREAMS);
        expected.put("peers", FrameLayout.PAGE_PEERS);
        expected.put("area number", FrameLayout.CONTROL_NUMBER);
        expected.put("base", FrameLayout.CONTROL_BASE);
        expected.put("ring", FrameLayout.CONTROL_RING);
        expected.put("lease", FrameLayout.CONTROL_LEASE);
        expected.put("waiters", FrameLayout.CONTROL_WAITERS);
        expected.put("sleeping", FrameLayout.CONTROL_SLEEPING);
        expected.put("tail", FrameLayout.CONTROL_TAIL);
        expected.put("cached head", FrameLayout.CONTROL_CACHED_HEAD);
        expected.put("cursor", FrameLayout.CONTROL_CURSOR);
        expected.put("attempt", FrameLayout.CONTROL_ATTEMPT);
        expected.put("head", FrameLayout.CONTROL_HEAD);
        expected.put("retry store", FrameLayout.HEADER_RETRY);
        expected.put("dead letters", FrameLayout.HEADER_LETTERS);
        expected.put("fault log", FrameLayout.HEADER_FAULTS);
        expected.put("next letter", FrameLayout.HEADER_NEXT_LETTER);
        expected.put("retry key", FrameLayout.RETRY_KEY);
        expected.put("retry first", FrameLayout.RETRY_FIRST);
        expected.put("retry end", FrameLayout.RETRY_END);
        expected.put("retry attempt", FrameLayout.RETRY_ATTEMPT);
        expected.put("retry last", FrameLayout.RETRY_LAST);
        expected.put("letter id", FrameLayout.LETTER_ID);
        expected.put("letter key", FrameLayout.LETTER_KEY);
        expected.put("letter position", FrameLayout.LETTER_POSITION);
        expected.put("letter flags", FrameLayout.LETTER_FLAGS);
        expected.put("letter kept", FrameLayout.LETTER_KEPT);
        expected.put("letter moment", FrameLayout.LETTER_MOMENT);
        expected.put("letter attempts", FrameLayout.LETTER_ATTEMPTS);
        expected.put("letter stream", FrameLayout.LETTER_STREAM);
        expected.put("letter offset", FrameLayout.LETTER_OFFSET);
        expected.put("letter total", FrameLayout.LETTER_TOTAL);
        expected.put("letter first", FrameLayout.LETTER_FIRST);
        expected.put("letter stamp", FrameLayout.LETTER_STAMP);
        expected.put("letter lengths", FrameLayout.LETTER_LENGTHS);
        expected.put("letter receiver", FrameLayout.LETTER_RECEIVER_NAME);
        expected.put("letter source", FrameLayout.LETTER_SOURCE_NAME);
        expected.put("letter reason", FrameLayout.LETTER_REASON);
        expected.put("fault sequence", FrameLayout.FAULT_SEQUENCE);
        expected.put("fault checksum", FrameLayout.FAULT_CHECKSUM);
        expected.put("fault moment", FrameLayout.FAULT_MOMENT);
        expected.put("fault latest", FrameLayout.FAULT_LATEST);
        expected.put("fault count", FrameLayout.FAULT_COUNT);
        expected.put("fault kind", FrameLayout.FAULT_KIND);
        expected.put("fault partition", FrameLayout.FAULT_PARTITION);
        expected.put("fault position", FrameLayout.FAULT_POSITION);
        expected.put("fault lengths", FrameLayout.FAULT_LENGTHS);
        expected.put("fault name", FrameLayout.FAULT_NAME);
        expected.put("fault cause", FrameLayout.FAULT_CAUSE);
        expected.put("fault detail", FrameLayout.FAULT_DETAIL);
        expected.put("row processors", FrameLayout.ROW_PROCESSORS);
        expected.put("slot owner", FrameLayout.SLOT_OWNER);
        expected.put("slot length", FrameLayout.SLOT_LENGTH);
        expected.put("slot location", FrameLayout.SLOT_LOCATION);
        expected.put("processors", FrameLayout.HEADER_PROCESSORS);
        expected.put("move journal", FrameLayout.HEADER_MOVES);
        expected.put("move id", FrameLayout.MOVE_ID);
        expected.put("move checksum", FrameLayout.MOVE_CHECKSUM);
        expected.put("move state", FrameLayout.MOVE_STATE);
        expected.put("move ended", FrameLayout.MOVE_ENDED);
        expected.put("move outcome length", FrameLayout.MOVE_OUTCOME_LENGTH);
        expected.put("move begun", FrameLayout.MOVE_BEGUN);
        expected.put("move resource", FrameLayout.MOVE_RESOURCE);
        expected.put("move partitions", FrameLayout.MOVE_PARTITIONS);
        expected.put("move lengths", FrameLayout.MOVE_LENGTHS);
        expected.put("move location", FrameLayout.MOVE_LOCATION);
        expected.put("move from", FrameLayout.MOVE_FROM);
        expected.put("move to", FrameLayout.MOVE_TO);
        expected.put("move cause", FrameLayout.MOVE_CAUSE);
        expected.put("move outcome", FrameLayout.MOVE_OUTCOME);
        assertEquals(expected, documented);
    }

    @Test
    void shouldHaveTheTablesOfTheDocument() {
        FrameLayout standard = FrameLayout.of(1L << 30, 16 << 20, 256);

        Map<String, Long> expected = new HashMap<>();
        expected.put("header", 0L);
        expected.put("block map", FrameLayout.HEADER_SIZE);
        expected.put("partition table", standard.partitionTable());
        expected.put("pages", standard.pages());
        expected.put("control areas", standard.controls(0));
        expected.put("retry rows", standard.retryRow(0));
        expected.put("retry links", standard.retryLinks());
        expected.put("retry pages", standard.retryPages());
        expected.put("letter rows", standard.letterRow(0));
        expected.put("letter links", standard.letterLinks());
        expected.put("letter pages", standard.letterPages());
        expected.put("fault log", standard.fault(0));
        expected.put("processor map", standard.processor(0));
        expected.put("slot map", standard.slotRow(0));
        expected.put("move journal", standard.move(0));
        expected.put("end", standard.hypervisorSize());
        assertEquals(expected, tables());
        Map<String, String> entries = new HashMap<>(document.entries());
        assertEquals(expected.keySet(), plus(entries.keySet(), "end"));
        Map<String, String> stores = Map.of("retry rows", "64", "retry links", "8", "retry pages",
                "1024", "letter rows", "512", "letter links", "8", "letter pages", "1024",
                "fault log", "1024", "slot map", "128", "move journal", "512");
        entries.keySet().removeAll(stores.keySet());
        assertEquals(Map.of("header", "4096", "block map", "8", "partition table", "256", "pages",
                "page stride", "control areas", "384", "processor map", "8"), entries);
        assertEquals(stores, without(document.entries(), entries));
        assertEquals(FrameLayout.RETRY_SIZE, standard.retryRow(1) - standard.retryRow(0));
        assertEquals(FrameLayout.LETTER_SIZE, standard.letterRow(1) - standard.letterRow(0));
        assertEquals(FrameLayout.FAULT_SIZE, standard.fault(1) - standard.fault(0));
        assertEquals(FrameLayout.MOVE_SIZE, standard.move(1) - standard.move(0));
        assertEquals(FrameLayout.SLOT_SIZE, standard.slotRow(1) - standard.slotRow(0));
        assertEquals(8, FrameLayout.LINK_SIZE);
        assertEquals(1024, FrameLayout.STORE_PAGE);
        assertEquals(FrameLayout.ROW_SIZE, standard.row(1) - standard.row(0));
        assertEquals(FrameLayout.CONTROL_SIZE, standard.controls(1) - standard.controls(0));
        assertEquals(256 + 64, standard.controls());
    }

    private static java.util.Set<String> plus(java.util.Set<String> names, String name) {
        java.util.Set<String> all = new java.util.HashSet<>(names);
        all.add(name);
        return all;
    }

    private static Map<String, String> without(Map<String, String> all, Map<String, String> some) {
        Map<String, String> rest = new HashMap<>(all);
        rest.keySet().removeAll(some.keySet());
        return rest;
    }

    private Map<String, Long> tables() {
        Map<String, Long> tables = new HashMap<>(document.tables());
        tables.keySet().removeIf(key -> key.matches("-?\\d+"));
        return tables;
    }

    @Test
    void shouldLayTablesOneBehindTheOtherInEverySize() {
        for (int partitions : new int[]{1, 3, 64, 1000, 4096}) {
            for (long blocks : new long[]{16, 4096, 100_000}) {
                FrameLayout layout = FrameLayout.of(blocks << 20, 1 << 20, partitions);

                assertTrue(layout.partitionTable() >= FrameLayout.HEADER_SIZE + 8 * blocks);
                assertEquals(layout.row(partitions), layout.page(0));
                assertEquals(layout.page(partitions), layout.controls(0));
                assertEquals(Size.align(layout.controls(layout.controls()), 128),
                        layout.retryRow(0));
                assertEquals(0, layout.retryRow(0) % 128);
                assertEquals(layout.retryRow(layout.retryCount()), layout.retryLinks());
                assertTrue(layout.retryPages() >= layout.retryLinks() + 8 * layout.retryCount());
                assertEquals(0, layout.retryPages() % 1024);
                assertEquals(layout.retryPages() + layout.stores().retry(), layout.letterRow(0));
                assertEquals(layout.letterRow(layout.letterCount()), layout.letterLinks());
                assertTrue(layout.letterPages() >= layout.letterLinks() + 8 * layout.letterCount());
                assertEquals(layout.letterPages() + layout.stores().letters(), layout.fault(0));
                assertEquals(layout.fault(layout.faultCount()), layout.processor(0));
                assertEquals(Size.align(layout.processor(layout.processors()), 128),
                        layout.slotRow(0));
                assertEquals(Size.align(layout.slotRow(FrameLayout.SLOT_LIMIT), 512),
                        layout.move(0));
                assertEquals(layout.move(layout.moveCount()), layout.hypervisorSize());
                assertTrue(layout.pageStride() >= FrameLayout.PAGE_PEERS
                        + partitions * FrameLayout.PEER_SIZE);
                assertEquals(128, layout.pageStride() % 256);
                assertEquals(0, layout.controls(0) % 128);
            }
        }
    }
}
