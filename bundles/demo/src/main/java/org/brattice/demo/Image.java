package org.brattice.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The disk image as the file that it is: what arrives is compared with this. */
record Image(Path file) {
    private static final int PART_BYTES = 1 << 20;

    long size() throws IOException {
        return Files.size(file);
    }

    String sha256() throws IOException {
        MessageDigest digest = digest();
        byte[] part = new byte[PART_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                digest.update(part, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Whether an answer of the reader is its digest, and all of it was read. */
    boolean is(String answer) throws CommandFailed, IOException {
        return is(answer, sha256());
    }

    /** The same, when its digest is known. */
    boolean is(String answer, String sha256) throws CommandFailed, IOException {
        return Found.last(answer, ": sha256 (\\p{XDigit}+)").equals(sha256)
                && Found.last(answer, " bytes (\\d+) blocks").equals("" + size());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
