package org.brattice.hypervisor.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Texts of a limited number of bytes in the frame's tables, and checksums over rows of them. */
public final class Text {
    private Text() {}

    /**
     * Writes as much of a text as fits, in whole characters, and zero behind it.
     *
     * @return bytes of what was written
     */
    public static int put(MemorySegment memory, long at, int limit, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = whole(bytes, limit);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, at, length);
        memory.asSlice(at + length, limit - length).fill((byte) 0);
        return length;
    }

    private static int whole(byte[] bytes, int limit) {
        int length = Math.min(bytes.length, limit);
        while (length > 0 && length < bytes.length && (bytes[length] & 0xc0) == 0x80) {
            length--;
        }
        return length;
    }

    /** As much of a text as {@link #put} writes. */
    public static String cut(String text, int limit) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(bytes, 0, whole(bytes, limit), StandardCharsets.UTF_8);
    }

    /** The text of so many bytes; damaged lengths are clamped. */
    public static String get(MemorySegment memory, long at, int limit, long length) {
        return new String(memory.asSlice(at, Math.clamp(length, 0, limit))
                .toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** CRC-32C of a range, with 4 bytes at an offset in it, or nothing when negative, taken as zero. */
    public static int checksum(MemorySegment memory, long at, long bytes, int zero) {
        byte[] copy = memory.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE);
        if (zero >= 0) {
            Arrays.fill(copy, zero, zero + 4, (byte) 0);
        }
        CRC32C crc = new CRC32C();
        crc.update(copy);
        return (int) crc.getValue();
    }
}
