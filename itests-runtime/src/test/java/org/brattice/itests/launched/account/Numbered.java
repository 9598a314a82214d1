package org.brattice.itests.launched.account;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Messages whose number says everything about them: kind, length and bytes. */
final class Numbered {
    static final int SMALLEST = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int THROWING = 9001;

    private Numbered() {}

    /** In chunks: a few records long. */
    static boolean chunked(long number) {
        return number % 64 == 1;
    }

    static boolean gathered(long number) {
        return number % 16 == 4;
    }

    static boolean notified(long number) {
        return number % 8 == 2;
    }

    /** To be told at once when there is no room. */
    static boolean tried(long number) {
        return number % 4 == 3;
    }

    /** Its handler throws at the first attempt. */
    static boolean throwing(long number) {
        return number % THROWING == 7;
    }

    /** One of its chunks throws at the first attempt. */
    static boolean chunkThrowing(long stream) {
        return stream % 509 == 3;
    }

    static int length(long number, int recordLimit) {
        return chunked(number)
                ? 2 * recordLimit + (int) (number % recordLimit)
                : SMALLEST + (int) (number * 8 % 200);
    }

    /** The bytes of a message, in a buffer that is used again. */
    static MemorySegment fill(MemorySegment buffer, long number, int length) {
        MemorySegment bytes = buffer.asSlice(0, length);
        bytes.set(LONG, 0, number);
        bytes.set(LONG, 8, length);
        for (int at = SMALLEST; at + 8 <= length; at += 8) {
            bytes.set(LONG, at, word(number, at));
        }
        for (int at = length & ~7; at < length; at++) {
            bytes.set(ValueLayout.JAVA_BYTE, at, (byte) word(number, at));
        }
        return bytes;
    }

    static List<MemorySegment> parts(MemorySegment bytes, long number) {
        List<MemorySegment> parts = new ArrayList<>();
        for (long from = 0; from < bytes.byteSize();) {
            long size = Math.min(bytes.byteSize() - from, 1 + (number + from) % 50);
            parts.add(bytes.asSlice(from, size));
            from += size;
        }
        return parts;
    }

    static boolean intact(MemorySegment bytes) {
        long number = bytes.get(LONG, 0);
        int length = (int) bytes.byteSize();
        boolean intact = bytes.get(LONG, 8) == length;
        for (int at = SMALLEST; at + 8 <= length; at += 8) {
            intact &= bytes.get(LONG, at) == word(number, at);
        }
        for (int at = length & ~7; at < length; at++) {
            intact &= bytes.get(ValueLayout.JAVA_BYTE, at) == (byte) word(number, at);
        }
        return intact;
    }

    private static long word(long number, int at) {
        return (number + at) * 0x9e37_79b9_7f4a_7c15L;
    }
}
