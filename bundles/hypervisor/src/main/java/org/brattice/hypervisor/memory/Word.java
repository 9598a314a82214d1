package org.brattice.hypervisor.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Aligned 8-byte little-endian words of the frame; each access says its mode. */
public final class Word {
    public static final ValueLayout.OfLong LAYOUT = ValueLayout.JAVA_LONG
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle HANDLE = LAYOUT.varHandle();

    private Word() {}

    public static long plain(MemorySegment memory, long offset) {
        return (long) HANDLE.get(memory, offset);
    }

    public static void plain(MemorySegment memory, long offset, long value) {
        HANDLE.set(memory, offset, value);
    }

    public static long opaque(MemorySegment memory, long offset) {
        return (long) HANDLE.getOpaque(memory, offset);
    }

    public static void opaque(MemorySegment memory, long offset, long value) {
        HANDLE.setOpaque(memory, offset, value);
    }

    public static long acquire(MemorySegment memory, long offset) {
        return (long) HANDLE.getAcquire(memory, offset);
    }

    public static void release(MemorySegment memory, long offset, long value) {
        HANDLE.setRelease(memory, offset, value);
    }

    /** Compare and set with the effect of a full fence. */
    public static boolean compareAndSet(MemorySegment memory, long offset, long expected,
            long value) {
        return HANDLE.compareAndSet(memory, offset, expected, value);
    }

    public static long getAndAdd(MemorySegment memory, long offset, long delta) {
        return (long) HANDLE.getAndAdd(memory, offset, delta);
    }

    public static long getAndOr(MemorySegment memory, long offset, long bits) {
        return (long) HANDLE.getAndBitwiseOr(memory, offset, bits);
    }

    public static long getAndSet(MemorySegment memory, long offset, long value) {
        return (long) HANDLE.getAndSet(memory, offset, value);
    }
}
