package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over memory. */
final class Sha256 {
    private final MessageDigest digest;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void update(MemorySegment bytes) {
        digest.update(bytes.asByteBuffer());
    }

    /** Ends the digest and begins a new one. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The first 64 bits of the digest of these bytes alone. */
    long first(MemorySegment bytes) {
        update(bytes);
        return ByteBuffer.wrap(digest.digest()).getLong();
    }
}
