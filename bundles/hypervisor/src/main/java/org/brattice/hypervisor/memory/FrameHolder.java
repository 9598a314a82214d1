package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Who has a frame, as its header tells: a lock ends when its process closes any descriptor of the file, and
 * a copied data directory has a lock of its own; these facts stay.
 *
 * @param process number of the process
 * @param started when it started, in ticks since the host did
 * @param boot of the host
 * @param space that the number of the process is counted in
 * @param inode of the file that the process opened: a copy of the file is not held
 */
record FrameHolder(long process, long started, UUID boot, long space, long inode) {
    static FrameHolder self(Path file) throws IOException {
        long process = ProcessHandle.current().pid();
        return new FrameHolder(process, Host.started(process), Host.boot(), Host.space(),
                inode(file));
    }

    private static long inode(Path file) throws IOException {
        return Files.exists(file) && Files.getFileStore(file).supportsFileAttributeView("unix")
                ? (long) Files.getAttribute(file, "unix:ino")
                : 0;
    }

    /** Who has, or had last, a frame; process 0 when it was given back. */
    static FrameHolder of(MemorySegment header) {
        return new FrameHolder(Word.acquire(header, FrameLayout.HEADER_PROCESS),
                Word.opaque(header, FrameLayout.HEADER_STARTED),
                new UUID(Word.opaque(header, FrameLayout.HEADER_BOOT),
                        Word.opaque(header, FrameLayout.HEADER_BOOT + 8)),
                Word.opaque(header, FrameLayout.HEADER_SPACE),
                Word.opaque(header, FrameLayout.HEADER_INODE));
    }

    /** Whether this is another process than {@code self}, lives, and has the same file open. */
    boolean excludes(FrameHolder self) {
        return process != 0 && started != 0 && inode == self.inode && boot.equals(self.boot)
                && space == self.space && process != self.process
                && Host.started(process) == started;
    }

    /** Takes a frame for a data directory. */
    void take(MemorySegment header, Path data) {
        give(header);
        byte[] path = data.toString().getBytes(StandardCharsets.UTF_8);
        int length = path.length > FrameLayout.DATA_LIMIT ? 0 : path.length;
        Word.opaque(header, FrameLayout.HEADER_DATA_LENGTH, length);
        MemorySegment.copy(MemorySegment.ofArray(path), 0, header, FrameLayout.HEADER_DATA, length);
        Word.opaque(header, FrameLayout.HEADER_STARTED, started);
        Word.opaque(header, FrameLayout.HEADER_BOOT, boot.getMostSignificantBits());
        Word.opaque(header, FrameLayout.HEADER_BOOT + 8, boot.getLeastSignificantBits());
        Word.opaque(header, FrameLayout.HEADER_SPACE, space);
        Word.opaque(header, FrameLayout.HEADER_INODE, inode);
        Word.release(header, FrameLayout.HEADER_PROCESS, process);
    }

    /** Gives a frame back. */
    static void give(MemorySegment header) {
        Word.release(header, FrameLayout.HEADER_PROCESS, 0);
    }

    /** The data directory that took a frame last, or null when nobody tells. */
    static Path data(MemorySegment header) {
        String text = Text.get(header, FrameLayout.HEADER_DATA, FrameLayout.DATA_LIMIT,
                Word.opaque(header, FrameLayout.HEADER_DATA_LENGTH));
        try {
            return text.startsWith("/") ? Path.of(text) : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
