package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

import org.brattice.api.HypervisorCallException;
import org.brattice.hypervisor.memory.Word;

/**
 * What a holder is about to write: one record, out of one or several segments. Each holder has one and
 * uses it again, so that a send allocates nothing. Used by its holder's thread alone.
 */
final class Outgoing {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment[] parts = new MemorySegment[4];
    private int count;
    private MemorySegment staged;
    private long bytes;
    private long from;
    private long length;
    private int source;
    private int flags;
    private long stream;
    private long entry;

    /** All of one segment as a message. */
    void message(int newSource, MemorySegment segment) {
        parts[0] = segment;
        count = 1;
        bytes = segment.byteSize();
        whole(newSource);
    }

    /** All of several segments as a message; the list is not looked at again. */
    void message(int newSource, List<MemorySegment> segments) {
        int size = segments.size();
        MemorySegment[] given = size > parts.length ? new MemorySegment[size] : parts;
        long total = 0;
        for (int i = 0; i < size; i++) {
            given[i] = segments.get(i);
            total += given[i].byteSize();
        }
        // The list is partition code: what it sent while it was asked has left its marks.
        for (int i = 0; i < size; i++) {
            if (given[i] == null) {
                throw new HypervisorCallException("parts=" + size
                        + " sent messages while they were read: give a list that only holds them");
            }
        }
        parts = given;
        count = size;
        bytes = total;
        whole(newSource);
    }

    private void whole(int newSource) {
        source = newSource;
        flags = RecordLayout.MESSAGE;
        from = 0;
        length = bytes;
        staged = null;
    }

    /** From now on one chunk of the message. */
    void chunk(long newStream, long newEntry, long offset, long newLength) {
        flags = RecordLayout.CHUNK;
        stream = newStream;
        entry = newEntry;
        from = offset;
        length = newLength;
        staged = null;
    }

    void notifies() {
        flags |= RecordLayout.NOTIFY;
    }

    /** Bytes of the whole message. */
    long bytes() {
        return bytes;
    }

    /** Bytes of the record. */
    long size() {
        return RecordLayout.size(flags, length);
    }

    /** Lets go of the sender's segments. */
    void clear() {
        Arrays.fill(parts, 0, count, null);
        count = 0;
    }

    /**
     * Bytes of files and devices can make a copy block, so they are copied to the holder's staging
     * before it takes a lease; heap and frame memory goes in one copy.
     */
    void stage(Holder me, MemorySegment frame) {
        for (int i = 0; i < count; i++) {
            if (foreign(parts[i], frame)) {
                MemorySegment staging = me.staging();
                copy(staging, 0, null);
                staged = staging;
                return;
            }
        }
    }

    private static boolean foreign(MemorySegment segment, MemorySegment frame) {
        return segment.isMapped() && (segment.address() < frame.address()
                || segment.address() >= frame.address() + frame.byteSize());
    }

    /** Writes header and payload, everything but the commit word. In the section. */
    void write(MemorySegment ring, long at, long position, int stamp, Holder me) {
        long sourceAndFlags = RecordLayout.pack(source, flags);
        int payload = (int) length;
        long stampAndChecksum = RecordLayout.pack(stamp, 0);
        int guard = RecordLayout.guard(position, sourceAndFlags, payload, stampAndChecksum);
        Word.plain(ring, at + RecordLayout.SOURCE, sourceAndFlags);
        Word.plain(ring, at + RecordLayout.STAMP, stampAndChecksum);
        if ((flags & RecordLayout.KIND) == RecordLayout.CHUNK) {
            guard = RecordLayout.chunkGuard(guard, stream, from, bytes, entry);
            ring.set(LONG, at + RecordLayout.STREAM, stream);
            ring.set(LONG, at + RecordLayout.OFFSET, from);
            ring.set(LONG, at + RecordLayout.TOTAL, bytes);
            ring.set(LONG, at + RecordLayout.ENTRY, entry);
        }
        Word.plain(ring, at + RecordLayout.LENGTH, RecordLayout.pack(payload, guard));
        if (payload % RecordLayout.UNIT != 0) {
            // What a foreign read shows behind the payload must not be an older message.
            clear(ring, at + size() - RecordLayout.UNIT, RecordLayout.UNIT);
        }
        me.step(Step.HEADER);
        copy(ring, at + RecordLayout.headerSize(flags), me);
    }

    /** Words of zero, without allocating. */
    static void clear(MemorySegment ring, long at, long size) {
        for (long word = at; word < at + size; word += Long.BYTES) {
            Word.plain(ring, word, 0);
        }
    }

    private void copy(MemorySegment target, long at, Holder me) {
        if (staged != null) {
            part(staged, 0, target, at, length, me);
            return;
        }
        long skip = from;
        long rest = length;
        long to = at;
        for (int i = 0; rest > 0; i++) {
            long size = parts[i].byteSize();
            if (skip >= size) {
                skip -= size;
            } else {
                long piece = Math.min(size - skip, rest);
                part(parts[i], skip, target, to, piece, me);
                to += piece;
                rest -= piece;
                skip = 0;
            }
        }
    }

    private static void part(MemorySegment part, long skip, MemorySegment target, long to,
            long piece, Holder me) {
        MemorySegment.copy(part, skip, target, to, piece);
        if (me != null) {
            me.step(Step.PART);
        }
    }
}
