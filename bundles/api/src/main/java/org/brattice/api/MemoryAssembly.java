package org.brattice.api;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes messages whole of their chunks in the partition's own memory (S8), up to {@link #LIMIT} at once.
 * Firmware hands it what its {@link Firmware#chunk} and {@link Firmware#aborted} are called with, on
 * the same thread. A message for which there is no stretch of free memory is refused.
 *
 * <p>All of its state lies in that memory, so messages go on over restarts, updates and {@code kill -9}:
 * a chunk that is offered again is not taken twice, and a message that was handled is not handled again
 * unless its handler had not returned. Memory of partitions is zero at first boot; anything else that is
 * not an assembly of the same size is cleared.
 */
@ProviderType
public final class MemoryAssembly {
    /** How many messages can be on their way at once. */
    public static final int LIMIT = 64;
    /** Bytes of the memory that messages cannot have. */
    public static final long OVERHEAD = 4096;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long MARK = 0x314c_424d_4553_5341L;
    private static final long BYTES = 8;
    private static final long ENDED_NEXT = 16;
    private static final long ENDED = 64;
    private static final long ENTRIES = ENDED + LIMIT * Long.BYTES;
    private static final long ENTRY = 48;
    /** Stream of an entry, 0 when it is free: stored last. */
    private static final long STREAM = 0;
    private static final long SOURCE = 8;
    private static final long TOTAL = 16;
    private static final long BASE = 24;
    private static final long NEXT = 32;

    private final MemorySegment memory;
    private final MessageHandler handler;

    /**
     * An assembly for one boot.
     *
     * @param memory of the partition, used for nothing else, the same at each boot
     * @throws IllegalArgumentException when it is no larger than {@link #OVERHEAD}
     */
    public MemoryAssembly(MemorySegment memory, MessageHandler handler) {
        this.memory = memory;
        this.handler = Objects.requireNonNull(handler, "handler");
        if (memory.byteSize() <= OVERHEAD) {
            throw new IllegalArgumentException("memory=" + memory.byteSize()
                    + " must be more than " + OVERHEAD + " bytes, which the assembly takes itself");
        }
        if (memory.get(LONG, 0) != MARK || memory.get(LONG, BYTES) != memory.byteSize()) {
            memory.set(LONG, 0, 0);
            VarHandle.releaseFence();
            memory.asSlice(BYTES, OVERHEAD - BYTES).fill((byte) 0);
            memory.set(LONG, BYTES, memory.byteSize());
            VarHandle.releaseFence();
            memory.set(LONG, 0, MARK);
        }
    }

    /**
     * Takes a chunk, and hands the message to the handler with its last.
     *
     * @throws Exception what the handler threw: throw it on, and the chunk is offered again
     */
    public void chunk(Chunk chunk) throws Exception {
        long entry = find(chunk.stream());
        if (ended(chunk.stream())) {
            if (entry >= 0) {
                free(entry);
            }
            return;
        }
        if (entry < 0 && (entry = begin(chunk)) < 0) {
            return;
        }
        take(entry, chunk);
        if (get(entry, NEXT) == chunk.total()) {
            MemorySegment payload = memory
                    .asSlice(OVERHEAD + get(entry, BASE), chunk.total()).asReadOnly();
            handler.message(ChunkedMessage.of(chunk), payload);
            end(chunk.stream());
            free(entry);
        }
    }

    /** Bytes are there before the word that says so, should the process be killed in between. */
    private void take(long entry, Chunk chunk) {
        long next = get(entry, NEXT);
        if (chunk.offset() == next) {
            chunk.copyTo(0, memory, OVERHEAD + get(entry, BASE) + next, chunk.length());
            VarHandle.releaseFence();
            set(entry, NEXT, next + chunk.length());
        } else if (chunk.offset() > next) {
            throw new IllegalStateException("stream=" + chunk.stream() + " goes on at offset="
                    + chunk.offset() + " instead of " + next
                    + ": hand every chunk to the assembly");
        }
    }

    /** An entry for a message that begins, or a negative number when it is refused. */
    private long begin(Chunk chunk) throws Exception {
        if (chunk.offset() != 0) {
            return refuse(chunk, "goes on at offset=" + chunk.offset()
                    + " and its beginning is not here: send it again");
        }
        long largest = memory.byteSize() - OVERHEAD;
        if (chunk.total() > largest) {
            return refuse(chunk, "must be at most " + largest
                    + ", which this memory holds: raise the partition's memory");
        }
        long entry = find(0);
        long base = entry < 0 ? -1 : room(chunk.total());
        if (base < 0) {
            return refuse(chunk, "finds no free stretch beside messages=" + size()
                    + " of at most " + LIMIT + " on their way: send it again later");
        }
        set(entry, SOURCE, chunk.source());
        set(entry, TOTAL, chunk.total());
        set(entry, BASE, base);
        set(entry, NEXT, 0);
        VarHandle.releaseFence();
        set(entry, STREAM, chunk.stream());
        return entry;
    }

    private long refuse(Chunk chunk, String reason) throws Exception {
        handler.refused(ChunkedMessage.of(chunk), "bytes=" + chunk.total() + " " + reason);
        chunk.refuse();
        end(chunk.stream());
        return -1;
    }

    /** The first stretch of so many bytes that no message has, or -1. */
    private long room(long bytes) {
        long base = 0;
        while (base + bytes <= memory.byteSize() - OVERHEAD) {
            long blocker = overlapping(base, base + bytes);
            if (blocker < 0) {
                return base;
            }
            base = get(blocker, BASE) + get(blocker, TOTAL);
        }
        return -1;
    }

    private long overlapping(long from, long to) {
        for (long entry = ENTRIES; entry < ENTRIES + LIMIT * ENTRY; entry += ENTRY) {
            long base = get(entry, BASE);
            if (get(entry, STREAM) != 0 && base < to && from < base + get(entry, TOTAL)) {
                return entry;
            }
        }
        return -1;
    }

    /** The sender of a message ended before its last chunk: its memory is free again. */
    public void aborted(int source, long stream) {
        long entry = find(stream);
        if (entry >= 0) {
            free(entry);
        }
    }

    /** How many messages have begun and not ended. */
    public int size() {
        int size = 0;
        for (long entry = ENTRIES; entry < ENTRIES + LIMIT * ENTRY; entry += ENTRY) {
            size += get(entry, STREAM) != 0 ? 1 : 0;
        }
        return size;
    }

    private long find(long stream) {
        for (long entry = ENTRIES; entry < ENTRIES + LIMIT * ENTRY; entry += ENTRY) {
            if (get(entry, STREAM) == stream) {
                return entry;
            }
        }
        return -1;
    }

    private void free(long entry) {
        VarHandle.releaseFence();
        set(entry, STREAM, 0);
    }

    /** The last ones: the process may end before a handled message's last chunk is marked as read. */
    private void end(long stream) {
        long next = memory.get(LONG, ENDED_NEXT);
        memory.set(LONG, ENDED + (next & LIMIT - 1) * Long.BYTES, stream);
        memory.set(LONG, ENDED_NEXT, next + 1);
    }

    private boolean ended(long stream) {
        for (int i = 0; i < LIMIT; i++) {
            if (memory.get(LONG, ENDED + i * Long.BYTES) == stream) {
                return true;
            }
        }
        return false;
    }

    private long get(long entry, long field) {
        return memory.get(LONG, entry + field);
    }

    private void set(long entry, long field, long value) {
        memory.set(LONG, entry + field, value);
    }
}
