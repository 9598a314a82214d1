package org.brattice.partition.vios.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The four words that begin a request and a reply.
 *
 * <pre>
 *  0      4        8               16              24
 *  +------+--------+---------------+---------------+
 *  | op   | detail | tag           | offset        |   detail: length of a request, status of a reply
 *  +------+--------+---------------+---------------+
 * </pre>
 */
final class Words {
    static final long OP = 0;
    static final long DETAIL = 4;
    static final long TAG = 8;
    static final long OFFSET = 16;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    static int integer(byte[] of, long at) {
        return MemorySegment.ofArray(of).get(INT, at);
    }

    static long number(byte[] of, long at) {
        return MemorySegment.ofArray(of).get(LONG, at);
    }

    static void write(MemorySegment target, int op, int detail, long tag, long offset) {
        target.set(INT, OP, op);
        target.set(INT, DETAIL, detail);
        target.set(LONG, TAG, tag);
        target.set(LONG, OFFSET, offset);
    }
}
