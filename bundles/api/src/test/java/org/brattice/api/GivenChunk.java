package org.brattice.api;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A chunk of an array. */
final class GivenChunk implements Chunk {
    private final int source;
    private final long stream;
    private final int offset;
    private final long total;
    private final byte[] bytes;
    boolean refused;

    private GivenChunk(int source, long stream, int offset, long total, byte[] bytes) {
        this.source = source;
        this.stream = stream;
        this.offset = offset;
        this.total = total;
        this.bytes = bytes;
    }

    /** The bytes from one offset to another of a message. */
    static GivenChunk of(int source, long stream, byte[] message, int from, int to) {
        return new GivenChunk(source, stream, from, message.length,
                Arrays.copyOfRange(message, from, to));
    }

    /** The first chunk of a message of so many bytes. */
    static GivenChunk first(int source, long stream, long total) {
        return new GivenChunk(source, stream, 0, total, new byte[100]);
    }

    @Override
    public int source() {
        return source;
    }

    @Override
    public String sourceName() {
        return "partition-" + source;
    }

    @Override
    public long position() {
        return 64 * stream + offset;
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public int length() {
        return bytes.length;
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public byte getByte(long at) {
        return bytes[(int) at];
    }

    @Override
    public int getInt(long at) {
        return buffer().getInt((int) at);
    }

    @Override
    public long getLong(long at) {
        return buffer().getLong((int) at);
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
        return new String(bytes, StandardCharsets.UTF_8);
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
