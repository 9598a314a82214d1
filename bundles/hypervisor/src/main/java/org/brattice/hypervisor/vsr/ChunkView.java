package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

import org.brattice.api.Chunk;

/** The chunk that is being handled, read in place. */
final class ChunkView extends MessageView implements Chunk {
    private final Streams streams;
    private long stream;
    private long offset;
    private long total;
    private long entry;

    ChunkView(MemorySegment ring, Names names, Streams streams) {
        super(ring, names);
        this.streams = streams;
    }

    void stream(long newStream, long newEntry, long newOffset, long newTotal) {
        stream = newStream;
        entry = newEntry;
        offset = newOffset;
        total = newTotal;
    }

    @Override
    public long stream() {
        check();
        return stream;
    }

    @Override
    public long offset() {
        check();
        return offset;
    }

    @Override
    public long total() {
        check();
        return total;
    }

    @Override
    public void refuse() {
        check();
        streams.refuse(entry, stream);
    }
}
