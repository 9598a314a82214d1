package org.brattice.benchmarks.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A payload on the heap, for the peers that pass objects. */
final class Bytes {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class,
            ByteOrder.LITTLE_ENDIAN);

    private final byte[] array;

    Bytes(int length) {
        array = new byte[length];
    }

    /** A copy that is made anew. */
    Bytes(Bytes original) {
        array = original.array.clone();
    }

    void mark(long word) {
        WORD.set(array, 0, word);
        WORD.set(array, array.length - Long.BYTES, ~word);
    }

    void copyFrom(Bytes other) {
        System.arraycopy(other.array, 0, array, 0, array.length);
    }

    long first() {
        return (long) WORD.get(array, 0);
    }

    long last() {
        return (long) WORD.get(array, array.length - Long.BYTES);
    }
}
