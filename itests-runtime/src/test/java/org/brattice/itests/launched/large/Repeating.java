package org.brattice.itests.launched.large;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Messages of any size out of a few megabytes, in an order that a seed says. */
public final class Repeating {
    /** Bytes that all messages are made of. */
    public static final int POOL = 4 << 20;
    private static final int PART = 1 << 20;

    private Repeating() {}

    /** Fills the pool as the seed says. */
    public static MemorySegment pool(MemorySegment memory, long seed) {
        MemorySegment pool = memory.asSlice(0, POOL);
        byte[] bytes = new byte[POOL];
        new Random(seed).nextBytes(bytes);
        MemorySegment.copy(bytes, 0, pool, ValueLayout.JAVA_BYTE, 0, POOL);
        return pool;
    }

    /** The parts of a message of so many bytes. */
    public static List<MemorySegment> parts(MemorySegment pool, long seed, long bytes) {
        Random random = new Random(seed + 1);
        List<MemorySegment> parts = new ArrayList<>();
        for (long rest = bytes; rest > 0; rest -= PART) {
            parts.add(pool.asSlice(random.nextInt(POOL - PART), Math.min(PART, rest)));
        }
        return parts;
    }

    /** A digest of nothing yet. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The digest of a message. */
    public static String digest(MemorySegment pool, long seed, long bytes) {
        MessageDigest digest = sha256();
        parts(pool, seed, bytes).forEach(part -> digest.update(part.asByteBuffer()));
        return HexFormat.of().formatHex(digest.digest());
    }
}
