package org.brattice.shell;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The SHA-256 of segments, one after the other. */
final class Digest {
    private static final long SLICE_BYTES = 1 << 20;

    private Digest() {}

    static String of(List<MemorySegment> parts) {
        MessageDigest digest = sha256();
        for (MemorySegment part : parts) {
            for (long at = 0; at < part.byteSize(); at += SLICE_BYTES) {
                long length = Math.min(SLICE_BYTES, part.byteSize() - at);
                digest.update(part.asSlice(at, length).asByteBuffer());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
