package org.brattice.partition.vios;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.brattice.api.Message;

/** A message whose payload is an array. */
public record FakeMessage(int source, byte[] bytes) implements Message {
    public FakeMessage(int source, MemorySegment bytes) {
        this(source, bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public String sourceName() {
        return "p" + source;
    }

    @Override
    public long position() {
        return 0;
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
    public byte getByte(long offset) {
        return bytes[(int) offset];
    }

    @Override
    public int getInt(long offset) {
        return payload().get(
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset);
    }

    @Override
    public long getLong(long offset) {
        return payload().get(
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset);
    }

    @Override
    public void copyTo(long offset, MemorySegment target, long targetOffset, long length) {
        MemorySegment.copy(payload(), offset, target, targetOffset, length);
    }

    @Override
    public MemorySegment payload() {
        return MemorySegment.ofArray(bytes).asReadOnly();
    }

    @Override
    public String text() {
        return new String(bytes, UTF_8);
    }
}
