package org.brattice.shell;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import org.brattice.api.Message;

/** A message made of bytes. */
record FakeMessage(String sourceName, byte[] bytes) implements Message {
    static FakeMessage text(String source, String text) {
        return new FakeMessage(source, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int source() {
        return 2;
    }

    @Override
    public long position() {
        return 192;
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
        return payload().get(ValueLayout.JAVA_BYTE, offset);
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
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
