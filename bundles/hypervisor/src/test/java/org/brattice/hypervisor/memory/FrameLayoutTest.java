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
        documented.keySet()
                .removeIf(name -> name.startsWith("chunk ") || name.startsWith("stream "));
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
        expected.put("number", FrameLayout.ROW_NUMBER);
        expected.put("row memory", FrameLayout.ROW_MEMORY);
        expected.put("control", FrameLayout.ROW_CONTROL);
        expected.put("boots", FrameLayout.ROW_BOOTS);
        expected.put("epoch", FrameLayout.ROW_EPOCH);
        expected.put("name length", FrameLayout.ROW_NAME_LENGTH);
        expected.put("name", FrameLayout.ROW_NAME);
        expected.put("summary", FrameLayout.PAGE_SUMMARY);
        expected.put("streams dirty", FrameLayout.PAGE_STREAMS_DIRTY);
        expected.put("next stream", FrameLayout.PAGE_NEXT_STREAM);
        expected.put("notices", FrameLayout.PAGE_NOTICES);
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
        assertEquals(expected, documented);
    }

    @Test
    void shouldHaveTheTablesOfTheDocument() {
        FrameLayout standard = FrameLayout.of(1L << 30, 16 << 20, 256);

        assertEquals(Map.of("header", 0L, "block map", FrameLayout.HEADER_SIZE, "partition table",
                standard.partitionTable(), "pages", standard.pages(), "control areas",
                standard.controls(0), "end", standard.hypervisorSize()), tables());
        assertEquals(Map.of("header", "4096", "block map", "8", "partition table", "256", "pages",
                "page stride", "control areas", "384"), document.entries());
        assertEquals(FrameLayout.ROW_SIZE, standard.row(1) - standard.row(0));
        assertEquals(FrameLayout.CONTROL_SIZE, standard.controls(1) - standard.controls(0));
        assertEquals(256 + 64, standard.controls());
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
                assertEquals(layout.controls(layout.controls()), layout.hypervisorSize());
                assertTrue(layout.pageStride() >= FrameLayout.PAGE_PEERS
                        + partitions * FrameLayout.PEER_SIZE);
                assertEquals(128, layout.pageStride() % 256);
                assertEquals(0, layout.controls(0) % 128);
            }
        }
    }
}
