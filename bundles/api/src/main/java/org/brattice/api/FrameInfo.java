package org.brattice.api;

import java.util.List;

/**
 * The frame: what the hypervisor owns and divides.
 *
 * @param name of the frame
 * @param memory system memory, in bytes
 * @param blockSize bytes of a memory block
 * @param freeBlocks memory blocks that nobody owns
 * @param quarantinedBlocks memory blocks that an old holder might still reach
 * @param hypervisor the hypervisor's own range, from frame address 0
 * @param backing where the memory lies: a path, or "anonymous"
 * @param processors virtual processors that partitions may own in all
 * @param partitionLimit partitions that can exist at once
 * @param slots location code, device and owner of each I/O slot
 */
public record FrameInfo(String name, long memory, long blockSize, int freeBlocks,
        int quarantinedBlocks, MemoryRange hypervisor, String backing, int processors,
        int partitionLimit, List<Slot> slots) {
    /**
     * An I/O slot.
     *
     * @param location its location code
     * @param device what sits in it, in words
     * @param owner name of the partition that owns it, or ""
     */
    public record Slot(String location, String device, String owner) {}
}
