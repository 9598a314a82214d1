package org.brattice.hypervisor.memory;

/**
 * Where the hypervisor's tables lie, from frame address 0 (S0). All words are little-endian longs.
 *
 * <pre>
 *   0                    header, 4 KiB
 *   4096                 block map        blocks x 8        owner of each memory block, and whether it is kept
 *   partitionTable       partition table  partitions x 256  one row a partition
 *   pages                partition pages  partitions x pageStride
 *   controls             control areas    controls x 384    one for each region used as an IPCA
 *   retryRows            retry rows       retry pages x 64  queues of messages set aside
 *   retryLinks           retry links      retry pages x 8   which page follows which
 *   retryPages           retry pages      x 1024            records set aside
 *   letterRows           letter rows      letter pages x 512
 *   letterLinks          letter links     letter pages x 8
 *   letterPages          letter pages     x 1024            payloads of dead letters
 *   faults               fault log        entries x 1024
 *   processorMap         processor map    processors x 8    owner of each virtual processor
 *   slotRows             slot map         64 x 128          owner of each I/O slot
 *   moves                move journal     entries x 512
 *   hypervisorSize       first block that partitions can own
 *
 * header                 row                       page                     control area
 *   0 magic, stored last   0 number, stored last     0 notices summary        0 partition number
 *   8 layout version       8 memory, bytes           8 streams dirty          8 ring base
 *  16 memory              16 control area + 1       16 next stream           16 ring size
 *  24 block size          24 boots                  24 room summary          64 head
 *  32 partitions          32 epoch                  64 notices, 64 words    128 lease
 *  40 next number         40 name length           576 room, 64 words       136 waiters
 *  48 starts              48 name, UTF-8          1088 streams, 64 x 32     144 sleeping
 *  56 clean mark         248 processors          3136 tracks, 64 x 64      152 tail
 *  64 frame id, 2 words                           7232 peers, n x 16        160 cached head
 *  80 retry store                                                           256 cursor
 *  88 dead letters                                                          264 attempt
 *  96 fault log
 * 104 next letter
 * 112 processors
 * 120 move journal
 * 2048 process that has the frame
 * 2056 started
 * 2064 boot id, 2 words
 * 2080 process space
 * 2088 inode
 * 2096 length of the data directory's path
 * 2104 data directory
 *
 * retry row               letter row                fault entry
 *   0 receiver, source      0 id, stored last         0 sequence, stored last
 *   8 first page, read      8 receiver, source        8 checksum
 *  16 end                  16 position               16 latest, moment
 *  24 attempt              24 flags, length          24 count
 *  32 last position        32 kept                   32 moment
 *                          40 moment                 40 kind, attempt
 *                          48 attempts, checksum     48 partition, peer
 *                          56 stream                 56 position
 *                          64 offset                 64 lengths of the texts
 *                          72 total                  72 name
 *                          80 first page + 1        136 cause
 *                          88 stamp, checksum       648 detail
 *                          96 lengths of the texts
 *                         104 receiver name
 *                         168 source name
 *                         232 reason
 *
 * slot row                move
 *   0 owner                 0 id, stored last
 *   8 location length       8 checksum
 *  16 location             16 state
 *                          24 ended, moment
 *                          32 outcome length
 *                          40 begun, moment
 *                          48 kind and index of the resource
 *                          56 from, to
 *                          64 lengths of the texts
 *                          72 location
 *                         176 name from
 *                         240 name to
 *                         304 cause
 *                         408 outcome
 * </pre>
 *
 * @param blocks memory blocks of the frame, the hypervisor's included
 * @param partitions rows of the partition table
 * @param controls control areas: one a partition, and spare ones for remaps
 * @param processors words of the processor map
 * @param stores bytes of the retry store, of the dead letters, of the fault log and of the move journal
 */
public record FrameLayout(int blocks, int partitions, int controls, int processors,
        StoreSizes stores) {
    public static final long MAGIC = 0x4543495454415242L; // "BRATTICE" in memory order
    public static final long VERSION = 5;
    public static final long HEADER_SIZE = 4096;

    public static final long HEADER_VERSION = 8;
    public static final long HEADER_MEMORY = 16;
    public static final long HEADER_BLOCK = 24;
    public static final long HEADER_PARTITIONS = 32;
    public static final long HEADER_NEXT_NUMBER = 40;
    public static final long HEADER_STARTS = 48;
    public static final long HEADER_CLEAN = 56;
    public static final long HEADER_ID = 64;
    public static final long HEADER_RETRY = 80;
    public static final long HEADER_LETTERS = 88;
    public static final long HEADER_FAULTS = 96;
    public static final long HEADER_NEXT_LETTER = 104;
    public static final long HEADER_PROCESSORS = 112;
    public static final long HEADER_MOVES = 120;
    public static final long HEADER_PROCESS = 2048;
    public static final long HEADER_STARTED = 2056;
    public static final long HEADER_BOOT = 2064;
    public static final long HEADER_SPACE = 2080;
    public static final long HEADER_INODE = 2088;
    public static final long HEADER_DATA_LENGTH = 2096;
    public static final long HEADER_DATA = 2104;
    public static final int DATA_LIMIT = 1992;

    public static final long ROW_SIZE = 256;
    public static final long ROW_NUMBER = 0;
    public static final long ROW_MEMORY = 8;
    public static final long ROW_CONTROL = 16;
    public static final long ROW_BOOTS = 24;
    public static final long ROW_EPOCH = 32;
    public static final long ROW_NAME_LENGTH = 40;
    public static final long ROW_NAME = 48;
    public static final int NAME_LIMIT = 63;
    public static final long ROW_HOME = 240;
    public static final long ROW_PROCESSORS = 248;

    public static final long PAGE_SUMMARY = 0;
    public static final long PAGE_STREAMS_DIRTY = 8;
    public static final long PAGE_NEXT_STREAM = 16;
    public static final long PAGE_ROOM_SUMMARY = 24;
    public static final long PAGE_NOTICES = 64;
    public static final long PAGE_ROOM = 576;
    public static final long PAGE_STREAMS = 1088;
    public static final int STREAM_LIMIT = 64;
    public static final long STREAM_SIZE = 32;
    public static final long PAGE_TRACKS = PAGE_STREAMS + STREAM_LIMIT * STREAM_SIZE;
    public static final int TRACK_LIMIT = 64;
    public static final long TRACK_SIZE = 64;
    public static final long PAGE_PEERS = PAGE_TRACKS + TRACK_LIMIT * TRACK_SIZE;
    public static final long PEER_SIZE = 16;

    public static final long CONTROL_SIZE = 384;
    public static final long CONTROL_NUMBER = 0;
    public static final long CONTROL_BASE = 8;
    public static final long CONTROL_RING = 16;
    public static final long CONTROL_HEAD = 64;
    public static final long CONTROL_LEASE = 128;
    public static final long CONTROL_WAITERS = 136;
    public static final long CONTROL_SLEEPING = 144;
    public static final long CONTROL_TAIL = 152;
    public static final long CONTROL_CACHED_HEAD = 160;
    public static final long CONTROL_CURSOR = 256;
    public static final long CONTROL_ATTEMPT = 264;

    public static final int STORE_PAGE = 1024;
    public static final long LINK_SIZE = 8;
    public static final long RETRY_SIZE = 64;
    public static final long RETRY_KEY = 0;
    public static final long RETRY_FIRST = 8;
    public static final long RETRY_END = 16;
    public static final long RETRY_ATTEMPT = 24;
    public static final long RETRY_LAST = 32;

    public static final long LETTER_SIZE = 512;
    public static final long LETTER_ID = 0;
    public static final long LETTER_KEY = 8;
    public static final long LETTER_POSITION = 16;
    public static final long LETTER_FLAGS = 24;
    public static final long LETTER_KEPT = 32;
    public static final long LETTER_MOMENT = 40;
    public static final long LETTER_ATTEMPTS = 48;
    public static final long LETTER_STREAM = 56;
    public static final long LETTER_OFFSET = 64;
    public static final long LETTER_TOTAL = 72;
    public static final long LETTER_FIRST = 80;
    public static final long LETTER_STAMP = 88;
    public static final long LETTER_LENGTHS = 96;
    public static final long LETTER_RECEIVER_NAME = 104;
    public static final long LETTER_SOURCE_NAME = 168;
    public static final long LETTER_REASON = 232;

    public static final long FAULT_SIZE = 1024;
    public static final long FAULT_SEQUENCE = 0;
    public static final long FAULT_CHECKSUM = 8;
    public static final long FAULT_LATEST = 16;
    public static final long FAULT_COUNT = 24;
    public static final long FAULT_MOMENT = 32;
    public static final long FAULT_KIND = 40;
    public static final long FAULT_PARTITION = 48;
    public static final long FAULT_POSITION = 56;
    public static final long FAULT_LENGTHS = 64;
    public static final long FAULT_NAME = 72;
    public static final long FAULT_CAUSE = 136;
    public static final long FAULT_DETAIL = 648;

    public static final int SLOT_LIMIT = 64;
    public static final long SLOT_SIZE = 128;
    public static final long SLOT_OWNER = 0;
    public static final long SLOT_LENGTH = 8;
    public static final long SLOT_LOCATION = 16;
    public static final int LOCATION_LIMIT = 104;

    public static final long MOVE_SIZE = 512;
    public static final long MOVE_ID = 0;
    public static final long MOVE_CHECKSUM = 8;
    public static final long MOVE_STATE = 16;
    public static final long MOVE_ENDED = 24;
    public static final long MOVE_OUTCOME_LENGTH = 32;
    public static final long MOVE_BEGUN = 40;
    public static final long MOVE_RESOURCE = 48;
    public static final long MOVE_PARTITIONS = 56;
    public static final long MOVE_LENGTHS = 64;
    public static final long MOVE_LOCATION = 72;
    public static final long MOVE_FROM = 176;
    public static final long MOVE_TO = 240;
    public static final long MOVE_CAUSE = 304;
    public static final long MOVE_OUTCOME = 408;

    /** Words of the processor map where the description asks for no more. */
    private static final int USUAL_PROCESSORS = 1024;

    /** The layout of a frame with stores of the usual sizes. */
    public static FrameLayout of(long memory, long block, int partitions) {
        return of(memory, block, partitions, StoreSizes.usual(memory));
    }

    /** The layout of a frame with as many words for processors as usual. */
    public static FrameLayout of(long memory, long block, int partitions, StoreSizes stores) {
        return of(memory, block, partitions, USUAL_PROCESSORS, stores);
    }

    /** The layout of a frame, with words for so many processors, or as many as usual when that is more. */
    public static FrameLayout of(long memory, long block, int partitions, int processors,
            StoreSizes stores) {
        return new FrameLayout(Math.toIntExact(memory / block), partitions,
                partitions + Math.max(8, partitions / 4),
                Math.max(USUAL_PROCESSORS, processors), stores);
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

    /** How many pages the retry store has, and how many queues. */
    public int retryCount() {
        return Math.toIntExact(stores.retry() / STORE_PAGE);
    }

    public long retryRow(int index) {
        return Size.align(controls(controls), 128) + index * RETRY_SIZE;
    }

    public long retryLinks() {
        return retryRow(retryCount());
    }

    public long retryPages() {
        return Size.align(retryLinks() + retryCount() * LINK_SIZE, STORE_PAGE);
    }

    /** How many pages the dead letters have, and how many of them there can be. */
    public int letterCount() {
        return Math.toIntExact(stores.letters() / STORE_PAGE);
    }

    public long letterRow(int index) {
        return retryPages() + stores.retry() + index * LETTER_SIZE;
    }

    public long letterLinks() {
        return letterRow(letterCount());
    }

    public long letterPages() {
        return Size.align(letterLinks() + letterCount() * LINK_SIZE, STORE_PAGE);
    }

    /** How many entries the fault log has. */
    public int faultCount() {
        return Math.toIntExact(stores.faults() / FAULT_SIZE);
    }

    public long fault(int index) {
        return letterPages() + stores.letters() + index * FAULT_SIZE;
    }

    public long processor(int index) {
        return fault(faultCount()) + index * 8L;
    }

    public long slotRow(int index) {
        return Size.align(processor(processors), 128) + index * SLOT_SIZE;
    }

    /** How many entries the move journal has. */
    public int moveCount() {
        return Math.toIntExact(stores.moves() / MOVE_SIZE);
    }

    public long move(int index) {
        return Size.align(slotRow(SLOT_LIMIT), MOVE_SIZE) + index * MOVE_SIZE;
    }

    /** Bytes of all tables; the hypervisor owns the blocks that they lie in. */
    public long hypervisorSize() {
        return move(moveCount());
    }
}
