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

    private static final int SMALL = 64;

    private MemorySegment[] parts = new MemorySegment[4];
    private int count;
    private MemorySegment staged;
    private Checksum checksum;
    private long bytes;
    private long from;
    private long length;
    private int source;
    private int flags;
    private long stream;
    private long entry;
    private MemorySegment tracks;
    private long track;
    private boolean batched;
    private boolean notified;
    private int records;
    /** How many there have been. */
    private long messages;

    /** All of one segment as a message. */
    void message(int newSource, MemorySegment segment) {
        if (parts[0] != segment) {
            // A store of a reference marks a card, and its line is shared with other threads' objects.
            parts[0] = segment;
        }
        count = 1;
        bytes = segment.byteSize();
        whole(newSource);
    }

    /** All of several segments as a message; the list is not looked at again. */
    void message(int newSource, List<MemorySegment> segments) {
        long before = messages;
        int size = segments.size();
        MemorySegment[] given = size > parts.length ? new MemorySegment[size] : parts;
        long total = 0;
        for (int i = 0; i < size; i++) {
            given[i] = segments.get(i);
            total += given[i].byteSize();
        }
        // The list is partition code: it may have sent while it was asked.
        if (messages != before) {
            throw new HypervisorCallException("parts=" + size
                    + " sent messages while they were read: give a list that only holds them");
        }
        parts = given;
        count = size;
        bytes = total;
        whole(newSource);
    }

    /** Messages of so many bytes each, one behind the other in one segment. */
    void batch(int newSource, MemorySegment segment, int size, boolean notifies) {
        message(newSource, segment);
        batched = true;
        notified = notifies;
        length = size;
    }

    /** From now on the section that begins with a message, of so many bytes in the IPCA at most. */
    void section(long first, long most) {
        from = first * length;
        records = (int) Math.min(most / size(), (bytes - from) / length);
        staged = null;
    }

    /** Bytes of the payloads of what is to be written in one section. */
    private long payloads() {
        return batched ? records * length : length;
    }

    boolean batched() {
        return batched;
    }

    /** Records of the section, or of the section that was last tried. */
    int records() {
        return records;
    }

    /** Fewer, because there is room for no more. */
    void records(int fewer) {
        records = fewer;
    }

    private void whole(int newSource) {
        messages++;
        batched = false;
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
        flags |= tracks == null ? RecordLayout.NOTIFY : RecordLayout.NOTIFY | RecordLayout.TRACK;
    }

    /** The message announces a resource move. */
    void announces() {
        flags |= RecordLayout.MOVE;
    }

    /** What notifies is also tracked from now on, in an entry of the tables. */
    void tracks(MemorySegment tables, long newTrack) {
        tracks = tables;
        track = newTrack;
    }

    /** Whether the payload gets a checksum; not in the section. */
    void checked(boolean checked) {
        flags = checked ? flags | RecordLayout.CHECKED : flags & ~RecordLayout.CHECKED;
        if (checked && checksum == null) {
            checksum = new Checksum();
        }
    }

    /** Bytes of the whole message. */
    long bytes() {
        return bytes;
    }

    /** Bytes of the record. */
    long size() {
        return RecordLayout.size(flags, length);
    }

    /** Lets go of the sender's segments; but for a small one, which is likely to be sent again. */
    void clear() {
        if (count != 1 || bytes > RecordLayout.RECORD_LIMIT) {
            Arrays.fill(parts, 0, count, null);
        }
        count = 0;
        tracks = null;
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
        long to = at + RecordLayout.headerSize(flags);
        boolean checked = (flags & RecordLayout.CHECKED) != 0;
        if (checked) {
            payload(ring, to, me);
        }
        long sourceAndFlags = RecordLayout.pack(source, flags);
        int payload = (int) length;
        long stampAndChecksum = RecordLayout.pack(stamp,
                checked ? checksum.of(ring, to, payload) : 0);
        int guard = RecordLayout.guard(position, sourceAndFlags, payload, stampAndChecksum);
        Word.plain(ring, at + RecordLayout.SOURCE, sourceAndFlags);
        Word.plain(ring, at + RecordLayout.STAMP, stampAndChecksum);
        if ((flags & RecordLayout.KIND) == RecordLayout.CHUNK) {
            guard = chunk(ring, at, guard);
        }
        Word.plain(ring, at + RecordLayout.LENGTH, RecordLayout.pack(payload, guard));
        if ((flags & RecordLayout.TRACK) != 0) {
            Tracks.sent(tracks, track, position);
        }
        me.step(Step.HEADER);
        if (!checked) {
            payload(ring, to, me);
        }
    }

    private void payload(MemorySegment ring, long to, Holder me) {
        if (count == 1 && staged == null) {
            small(parts[0], from, ring, to, me);
        } else {
            copy(ring, to, me);
        }
    }

    /**
     * Writes the records of a section, everything but the first commit word: while that is not there,
     * none of the others can be found. In the section.
     */
    void writeBatch(MemorySegment ring, long start, long position, int stamp, Holder me) {
        MemorySegment payloads = staged != null ? staged : parts[0];
        long payload = staged != null ? 0 : from;
        long size = size();
        boolean last = notified && from + payloads() == bytes;
        for (int i = 0; i < records; i++) {
            int flag = last && i == records - 1 ? flags | RecordLayout.NOTIFY : flags;
            long at = start + i * size;
            small(payloads, payload + i * length, ring, at + RecordLayout.HEADER, me);
            header(ring, at, position + i * size, flag, stamp);
            me.step(Step.HEADER);
            if (i != 0) {
                Word.plain(ring, start + i * size,
                        RecordLayout.commitWord(position + i * size, size));
            }
        }
    }

    private void header(MemorySegment ring, long at, long position, int flag, int stamp) {
        long sourceAndFlags = RecordLayout.pack(source, flag);
        int payload = (int) length;
        long stampAndChecksum = RecordLayout.pack(stamp, (flag & RecordLayout.CHECKED) == 0
                ? 0
                : checksum.of(ring, at + RecordLayout.HEADER, payload));
        Word.plain(ring, at + RecordLayout.SOURCE, sourceAndFlags);
        Word.plain(ring, at + RecordLayout.STAMP, stampAndChecksum);
        Word.plain(ring, at + RecordLayout.LENGTH, RecordLayout.pack(payload,
                RecordLayout.guard(position, sourceAndFlags, payload, stampAndChecksum)));
    }

    /** A call of the copy routine takes longer than the words of a small payload. */
    private void small(MemorySegment part, long skip, MemorySegment target, long to, Holder me) {
        if (length > SMALL || length % Long.BYTES != 0) {
            part(part, skip, target, to, length, me);
            return;
        }
        for (long word = 0; word < length; word += Long.BYTES) {
            target.set(LONG, to + word, part.get(LONG, skip + word));
        }
        me.step(Step.PART);
    }

    private int chunk(MemorySegment ring, long at, int guard) {
        ring.set(LONG, at + RecordLayout.STREAM, stream);
        ring.set(LONG, at + RecordLayout.OFFSET, from);
        ring.set(LONG, at + RecordLayout.TOTAL, bytes);
        ring.set(LONG, at + RecordLayout.ENTRY, entry);
        return RecordLayout.chunkGuard(guard, stream, from, bytes, entry);
    }

    private void copy(MemorySegment target, long at, Holder me) {
        if (staged != null) {
            part(staged, 0, target, at, payloads(), me);
            return;
        }
        long skip = from;
        long rest = payloads();
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
