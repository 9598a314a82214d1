package org.brattice.api;

import java.util.List;

/**
 * What a partition owns, or what lies in the free pool.
 *
 * @param partition its name, or "" for the free pool
 * @param number its number, or 0
 * @param processors indices of its virtual processors, ascending
 * @param spareProcessors those of them that are above the partition's minimum and can move: the highest
 * @param blocks indices of its memory blocks, ascending
 * @param spareBlocks those of them that are above the partition's minimum and can move
 * @param slots location codes of its I/O slots, in their order
 */
public record Holding(String partition, int number, List<Integer> processors,
        List<Integer> spareProcessors, List<Integer> blocks, List<Integer> spareBlocks,
        List<String> slots) {
    public Holding {
        processors = List.copyOf(processors);
        spareProcessors = List.copyOf(spareProcessors);
        blocks = List.copyOf(blocks);
        spareBlocks = List.copyOf(spareBlocks);
        slots = List.copyOf(slots);
    }
}
