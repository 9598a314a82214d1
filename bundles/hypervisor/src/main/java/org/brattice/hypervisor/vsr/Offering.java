package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

/**
 * Shows records to the reader where they lie: in the ring, or where a message that is offered again was
 * copied to. Of the current thread, for one boot.
 */
final class Offering {
    private final MemorySegment records;
    private final Reader reader;
    private final Streams streams;
    private final StreamLine line;
    private final MessageView message;
    private final ChunkView chunk;

    Offering(MemorySegment records, Reader reader, Streams streams, StreamLine line,
            MessageView.Names names) {
        this.records = records.asReadOnly();
        this.reader = reader;
        this.streams = streams;
        this.line = line;
        this.message = new MessageView(this.records, names);
        this.chunk = new ChunkView(this.records, names, streams);
    }

    /** Whether the handler of the record at an offset came to its end. */
    boolean offer(int flags, int source, long position, long start, int length, int attempt) {
        return (flags & RecordLayout.KIND) == RecordLayout.CHUNK
                ? chunk(source, position, start, length, attempt)
                : message(flags, source, position, start, length, attempt);
    }

    private boolean message(int flags, int source, long position, long start, int length,
            int attempt) {
        message.show(position, source, start + RecordLayout.HEADER, length, attempt);
        try {
            return (flags & RecordLayout.MOVE) == 0
                    ? reader.message(message)
                    : reader.announcement(message);
        } finally {
            message.hide();
        }
    }

    private boolean chunk(int source, long position, long start, int length, int attempt) {
        long stream = chunkField(start, RecordLayout.STREAM);
        long offset = chunkField(start, RecordLayout.OFFSET);
        long total = chunkField(start, RecordLayout.TOTAL);
        long entry = chunkField(start, RecordLayout.ENTRY);
        boolean handled = true;
        if (streams.wanted(entry, stream)) {
            chunk.stream(stream, entry, offset, total);
            chunk.show(position, source, start + RecordLayout.CHUNK_HEADER, length, attempt);
            try {
                handled = reader.chunk(chunk);
            } finally {
                chunk.hide();
            }
        }
        if (handled && offset + length == total) {
            done(entry, stream);
        }
        return handled;
    }

    /** Gives a record up; a message that lost a chunk never becomes whole. */
    void giveUp(int flags, int source, long start, int length) {
        if ((flags & RecordLayout.KIND) != RecordLayout.CHUNK) {
            return;
        }
        long stream = chunkField(start, RecordLayout.STREAM);
        long entry = chunkField(start, RecordLayout.ENTRY);
        streams.refuse(entry, stream);
        reader.aborted(source, stream);
        if (chunkField(start, RecordLayout.OFFSET) + length == chunkField(start,
                RecordLayout.TOTAL)) {
            done(entry, stream);
        }
    }

    private void done(long entry, long stream) {
        streams.done(entry, stream);
        line.freed();
    }

    private long chunkField(long start, int field) {
        return records.get(MessageView.LONG, start + field);
    }
}
