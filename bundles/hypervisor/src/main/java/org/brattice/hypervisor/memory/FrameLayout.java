package org.brattice.hypervisor.memory;

/**
 * Where the hypervisor's tables lie, from frame address 0 (S0). All words are little-endian longs.
 *
 * <pre>
 *   0                    header, 4 KiB
 *   4096                 block map        blocks x 8        owner of each memory block
 *   partitionTable       partition table  partitions x 256  one row a partition
 *   pages                partition pages  partitions x pageStride
 *   controls             control areas    controls x 384    one for each region used as an IPCA
 *   hypervisorSize       first block that partitions can own
 *
 * header                 row                       page                     control area
 *   0 magic, stored last   0 number, stored last     0 notices summary        0 partition number
 *   8 layout version       8 memory, bytes           8 streams dirty          8 ring base
 *  16 memory              16 control area + 1       16 next stream           16 ring size
 *  24 block size          24 boots                  64 notices, 64 words    128 lease
 *  32 partitions          32 epoch                 576 streams, 64 x 32     136 waiters
 *  40 next number         40 name length          2624 peers, n x 16        144 sleeping
 *  48 starts              48 name, UTF-8                                    152 tail
 *  56 clean mark                                                            160 cached head
 *  64 frame id, 2 words                                                     256 cursor
 *                                                                           264 attempt
 *                                                                           272 head
 * </pre>
 *
 * @param blocks memory blocks of the frame, the hypervisor's included
 * @param partitions rows of the partition table
 * @param controls control areas: one a partition, and spare ones for remaps
 */
public record FrameLayout(int blocks, int partitions, int controls) {
    public static final long MAGIC = 0x4543495454415242L; // "BRATTICE" in memory order
    public static final long VERSION = 2;
    public static final long HEADER_SIZE = 4096;

    public static final long HEADER_VERSION = 8;
    public static final long HEADER_MEMORY = 16;
    public static final long HEADER_BLOCK = 24;
    public static final long HEADER_PARTITIONS = 32;
    public static final long HEADER_NEXT_NUMBER = 40;
    public static final long HEADER_STARTS = 48;
    public static final long HEADER_CLEAN = 56;
    public static final long HEADER_ID = 64;

    public static final long ROW_SIZE = 256;
    public static final long ROW_NUMBER = 0;
    public static final long ROW_MEMORY = 8;
    public static final long ROW_CONTROL = 16;
    public static final long ROW_BOOTS = 24;
    public static final long ROW_EPOCH = 32;
    public static final long ROW_NAME_LENGTH = 40;
    public static final long ROW_NAME = 48;
    public static final int NAME_LIMIT = 63;

    public static final long PAGE_SUMMARY = 0;
    public static final long PAGE_STREAMS_DIRTY = 8;
    public static final long PAGE_NEXT_STREAM = 16;
    public static final long PAGE_NOTICES = 64;
    public static final long PAGE_STREAMS = 576;
    public static final int STREAM_LIMIT = 64;
    public static final long STREAM_SIZE = 32;
    public static final long PAGE_PEERS = PAGE_STREAMS + STREAM_LIMIT * STREAM_SIZE;
    public static final long PEER_SIZE = 16;

    public static final long CONTROL_SIZE = 384;
    public static final long CONTROL_NUMBER = 0;
    public static final long CONTROL_BASE = 8;
    public static final long CONTROL_RING = 16;
    public static final long CONTROL_LEASE = 128;
    public static final long CONTROL_WAITERS = 136;
    public static final long CONTROL_SLEEPING = 144;
    public static final long CONTROL_TAIL = 152;
    public static final long CONTROL_CACHED_HEAD = 160;
    public static final long CONTROL_CURSOR = 256;
    public static final long CONTROL_ATTEMPT = 264;
    public static final long CONTROL_HEAD = 272;

    /** The layout of a frame. */
    public static FrameLayout of(long memory, long block, int partitions) {
        return new FrameLayout(Math.toIntExact(memory / block), partitions,
                partitions + Math.max(8, partitions / 4));
    }

    public long partitionTable() {
        return HEADER_SIZE + Size.align(8L * blocks, 128);
    }

    public long pages() {
        return partitionTable() + partitions * ROW_SIZE;
    }

    /** An odd multiple of 128, so that the pages' first lines do not fall into one cache set. */
    public long pageStride() {
        return Size.align(PAGE_PEERS + partitions * PEER_SIZE, 128) | 128;
    }

    public long controls(int index) {
        return pages() + partitions * pageStride() + index * CONTROL_SIZE;
    }

    public long row(int index) {
        return partitionTable() + index * ROW_SIZE;
    }

    public long page(int index) {
        return pages() + index * pageStride();
    }

    /** Bytes of all tables; the hypervisor owns the blocks that they lie in. */
    public long hypervisorSize() {
        return controls(controls);
    }
}
