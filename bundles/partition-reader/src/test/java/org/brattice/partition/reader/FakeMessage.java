package org.brattice.partition.reader;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.brattice.api.Chunk;

/** A message or chunk whose payload is an array. */
final class FakeMessage implements Chunk {
    private final int source;
    private final long position;
    private final byte[] bytes;
    private long stream;
    private long offset;
    private long total;
    boolean refused;

    FakeMessage(int source, long position, byte[] bytes) {
        this.source = source;
        this.position = position;
        this.bytes = bytes;
    }

    FakeMessage(int source, long stream, long offset, long total, byte[] bytes) {
        this(source, 0, bytes);
        this.stream = stream;
        this.offset = offset;
        this.total = total;
    }

    @Override
    public int source() {
        return source;
    }

    @Override
    public String sourceName() {
        return "p" + source;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public int length() {
        return bytes.length;
    }

    @Override
    public byte getByte(long at) {
        return bytes[(int) at];
    }

    @Override
    public int getInt(long at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt((int) at);
    }

    @Override
    public long getLong(long at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong((int) at);
    }

    @Override
    public void copyTo(long at, MemorySegment target, long targetOffset, long length) {
        MemorySegment.copy(payload(), at, target, targetOffset, length);
    }

    @Override
    public MemorySegment payload() {
        return MemorySegment.ofArray(bytes).asReadOnly();
    }

    @Override
    public String text() {
        return new String(bytes, UTF_8);
    }

    @Override
    public long stream() {
        return stream;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public long total() {
        return total;
    }

    @Override
    public void refuse() {
        refused = true;
    }
}
