package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import org.brattice.api.Message;

/** The message that is being handled, read in place. One for each scanner, shown and hidden by it. */
class MessageView implements Message {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Thread thread = Thread.currentThread();
    private final MemorySegment ring;
    private final Names names;
    private boolean shown;
    private long position;
    private long payload;
    private int length;
    private int source;
    private int attempt;

    /** Names of partitions by number. */
    interface Names {
        String name(int number);
    }

    /** Of the current thread. */
    MessageView(MemorySegment ring, Names names) {
        this.ring = ring;
        this.names = names;
    }

    final void show(long newPosition, int newSource, long newPayload, int newLength,
            int newAttempt) {
        position = newPosition;
        source = newSource;
        payload = newPayload;
        length = newLength;
        attempt = newAttempt;
        shown = true;
    }

    final void hide() {
        shown = false;
    }

    final void check() {
        if (!shown || Thread.currentThread() != thread) {
            throw new IllegalStateException("message used after its handler returned, or on another"
                    + " thread: copy what you keep");
        }
    }

    private long at(long offset, int size) {
        check();
        return payload + Objects.checkFromIndexSize(offset, size, length);
    }

    @Override
    public int source() {
        check();
        return source;
    }

    @Override
    public String sourceName() {
        check();
        return names.name(source);
    }

    @Override
    public long position() {
        check();
        return position;
    }

    @Override
    public int attempt() {
        check();
        return attempt;
    }

    @Override
    public int length() {
        check();
        return length;
    }

    @Override
    public byte getByte(long offset) {
        return ring.get(ValueLayout.JAVA_BYTE, at(offset, 1));
    }

    @Override
    public int getInt(long offset) {
        return ring.get(INT, at(offset, 4));
    }

    @Override
    public long getLong(long offset) {
        return ring.get(LONG, at(offset, 8));
    }

    @Override
    public void copyTo(long offset, MemorySegment target, long targetOffset, long bytes) {
        check();
        Objects.checkFromIndexSize(offset, bytes, length);
        MemorySegment.copy(ring, payload + offset, target, targetOffset, bytes);
    }

    @Override
    public MemorySegment payload() {
        check();
        return ring.asSlice(payload, length);
    }

    @Override
    public String text() {
        return new String(payload().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
