package org.brattice.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A text file that is appended to and never grows far beyond a limit: then it becomes {@code NAME.old} in place of the
 * one before, and is begun anew. One thread at a time.
 */
final class BoundedFile implements AutoCloseable {
    private static final long LOOK_NANOS = 1_000_000_000;
    private final Path path;
    private final long limit;
    private FileChannel channel;
    private long bytes;
    private Object identity;
    private long looked;

    private BoundedFile(Path path, long limit) {
        this.path = path;
        this.limit = limit;
    }

    /**
     * Opens the file at its end, or makes it.
     *
     * @param limit bytes at which it is begun anew
     * @throws IOException when it cannot be written, or is something else than a file
     */
    static BoundedFile open(Path path, long limit) throws IOException {
        var file = new BoundedFile(path, limit);
        file.open();
        return file;
    }

    Path path() {
        return path;
    }

    /**
     * Appends a text.
     *
     * @return whether the file had been removed since the last time, and was made anew
     */
    boolean append(String text) throws IOException {
        var full = bytes > limit;
        var removed = isRemoved() || full && !setAside();
        if (removed || full) {
            channel.close();
            open();
        }
        var buffer = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (buffer.hasRemaining()) {
            bytes += channel.write(buffer);
        }
        return removed;
    }

    /** Looked for once a second at most: it costs a system call. */
    private boolean isRemoved() {
        var now = System.nanoTime();
        if (now - looked < LOOK_NANOS) {
            return false;
        }
        looked = now;
        try {
            return !identity.equals(identity());
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether it was there. */
    private boolean setAside() throws IOException {
        try {
            Files.move(path, path.resolveSibling(path.getFileName() + ".old"),
                    StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private Object identity() throws IOException {
        return Files.getAttribute(path, "unix:ino");
    }

    private void open() throws IOException {
        // To open a pipe would wait for who reads it.
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path)) {
            throw new FileSystemException(path + " is no regular file: remove it");
        }
        channel = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), OwnerOnly.FILE);
        bytes = channel.size();
        identity = identity();
        looked = System.nanoTime();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // All of it is written.
            System.getLogger(getClass().getName()).log(System.Logger.Level.DEBUG, "close", e);
        }
    }
}
