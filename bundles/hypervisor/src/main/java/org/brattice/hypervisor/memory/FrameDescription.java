package org.brattice.hypervisor.memory;

import java.nio.file.Path;
import java.util.Map;

/**
 * What the frame is to be, from its description: a file that is checked whole before anything starts.
 *
 * @param name of the frame
 * @param memory system memory, in bytes
 * @param block bytes of a memory block, a power of two
 * @param partitions how many can exist at once
 * @param processors how many virtual processors partitions may own in all
 * @param backing where the memory lies
 * @param slots device by location code
 * @param stores what the hypervisor keeps for messages that failed, and for faults
 */
public record FrameDescription(String name, long memory, long block, int partitions, int processors,
        Backing backing, Map<String, Device> slots, StoreSizes stores) {
    public static final long MIN_BLOCK = 64 << 10;
    public static final int MAX_PARTITIONS = 4096;
    public static final int MAX_PROCESSORS = 16_384;

    /** Where frame memory lies. */
    public enum Backing {
        /** A file on a memory file system; on disk where there is none. */
        MEMORY,
        /** A file in the data directory. */
        DATA,
        /** A file without a name, gone with the process. */
        ANONYMOUS
    }

    /** What sits in a slot. */
    public sealed interface Device {
        /**
         * A block device.
         *
         * @param path of the file behind it
         */
        record Block(Path path) implements Device {
            @Override
            public String toString() {
                return "block " + path;
            }
        }

        /**
         * A serial line.
         *
         * @param output of the file that what is sent is appended to
         * @param input of the file that what comes in is read from, or null
         */
        record Serial(Path output, Path input) implements Device {
            @Override
            public String toString() {
                return "serial " + output + (input == null ? "" : " " + input);
            }
        }
    }

    /** With stores of the usual sizes. */
    public FrameDescription(String name, long memory, long block, int partitions, int processors,
            Backing backing, Map<String, Device> slots) {
        this(name, memory, block, partitions, processors, backing, slots,
                StoreSizes.usual(memory));
    }

    public FrameDescription {
        slots = Map.copyOf(slots);
        check("block", Size.text(block), Long.bitCount(block) == 1 && block >= MIN_BLOCK,
                "a power of two, at least " + Size.text(MIN_BLOCK));
        check("slots", slots.size(), slots.size() <= FrameLayout.SLOT_LIMIT,
                "at most " + FrameLayout.SLOT_LIMIT);
        check("partitions", partitions, partitions >= 1 && partitions <= MAX_PARTITIONS,
                "1 to " + MAX_PARTITIONS);
        check("processors", processors, processors >= 1 && processors <= MAX_PROCESSORS,
                "1 to " + MAX_PROCESSORS);
        check("memory", Size.text(memory), memory % block == 0,
                "a multiple of block=" + Size.text(block));
        check("memory", Size.text(memory), memory / block <= Integer.MAX_VALUE,
                "at most " + Integer.MAX_VALUE + " blocks of block=" + Size.text(block));
        long least = FrameLayout.of(memory, block, partitions, processors, stores)
                .hypervisorSize() + block;
        check("memory", Size.text(memory), memory >= least,
                "at least " + Size.text(least)
                        + ", for the hypervisor with its stores, and one block");
    }

    private static void check(String key, Object value, boolean holds, String bound) {
        if (!holds) {
            throw new IllegalArgumentException(key + "=" + value + " must be " + bound);
        }
    }

    /** The frame that is taken when there is no description. */
    public static FrameDescription standard() {
        return new FrameDescription("frame", 1L << 30, 16 << 20, 256, 1024, Backing.ANONYMOUS,
                Map.of());
    }
}
