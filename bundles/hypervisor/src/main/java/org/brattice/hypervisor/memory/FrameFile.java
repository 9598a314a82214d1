package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The file behind frame memory. All of its calls happen on the hypervisor's own thread, which nobody
 * interrupts: an interrupt would close the channel.
 */
public final class FrameFile implements AutoCloseable {
    private static final Path MEMORY_FILE_SYSTEM = Path.of("/dev/shm");
    private static final int PIECE = 1 << 20;
    private static final int PAGE = 4096;

    /** Never closed: closing any channel on a file drops the locks that this process has on it. */
    private static final Queue<FileChannel> REFUSED = new ConcurrentLinkedQueue<>();

    private final FileChannel channel;
    private final FileChannel lockChannel;
    private final Path path;
    private final boolean anonymous;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);

    private FrameFile(FileChannel channel, FileChannel lockChannel, Path path, boolean anonymous) {
        this.channel = channel;
        this.lockChannel = lockChannel;
        this.path = path;
        this.anonymous = anonymous;
    }

    /**
     * Opens or creates the file and takes the lock that says that no other process uses it.
     *
     * @param data the data directory
     * @throws IOException with what to do: in use, or no room
     */
    public static FrameFile open(Path data, FrameDescription description) throws IOException {
        Files.createDirectories(data);
        FileChannel lock = lock(data.resolve("frame.lock"));
        try {
            boolean anonymous = description.backing() == FrameDescription.Backing.ANONYMOUS;
            Path path = anonymous
                    ? Files.createTempFile(memoryFileSystem(data), "brattice-", ".mem")
                    : file(data, description.backing());
            checkRoom(path, description.memory());
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (anonymous) {
                Files.delete(path);
            }
            return new FrameFile(channel, lock, path, anonymous);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw inUse(file);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            REFUSED.add(channel);
            throw inUse(file);
        }
    }

    private static IOException inUse(Path file) {
        return new IOException("frame memory in " + file.getParent()
                + " is in use by another hypervisor: stop it, or choose another data directory");
    }

    private static Path memoryFileSystem(Path fallback) {
        return Files.isDirectory(MEMORY_FILE_SYSTEM) && Files.isWritable(MEMORY_FILE_SYSTEM)
                ? MEMORY_FILE_SYSTEM
                : fallback;
    }

    /** The link in the data directory is what ties the two together. */
    private static Path file(Path data, FrameDescription.Backing backing) throws IOException {
        Path link = data.resolve("frame.mem");
        if (Files.isSymbolicLink(link)) {
            Path target = Files.readSymbolicLink(link);
            if (Files.exists(target) || Files.isDirectory(target.getParent())) {
                return target;
            }
            Files.delete(link);
        }
        Path directory = memoryFileSystem(data);
        boolean linked = backing == FrameDescription.Backing.MEMORY && !directory.equals(data)
                && !Files.exists(link, LinkOption.NOFOLLOW_LINKS);
        if (!linked) {
            return link;
        }
        String unique = HexFormat.of()
                .toHexDigits(System.nanoTime() ^ ProcessHandle.current().pid());
        Path target = directory.resolve("brattice-" + unique + ".mem");
        Files.createSymbolicLink(link, target);
        return target;
    }

    private static void checkRoom(Path path, long memory) throws IOException {
        long present = Files.exists(path) ? Files.size(path) : 0;
        long usable = Files.getFileStore(path.getParent()).getUsableSpace();
        if (present < memory && usable < memory) {
            if (present == 0) {
                Files.deleteIfExists(path);
            }
            throw new IOException("memory=" + Size.text(memory) + " does not fit: "
                    + path.getParent()
                    + " has " + (usable >> 20) + " MiB free; lower memory or change backing in the"
                    + " frame description, or free space");
        }
    }

    /** Bytes of the file. */
    public long size() throws IOException {
        return channel.size();
    }

    /** Maps the whole frame; it is unmapped when nobody can reach a segment of it any more. */
    public MemorySegment map(long size) throws IOException {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, Arena.ofAuto());
    }

    /**
     * Gives a range real bytes, all zero: optimised code does not notice a store that finds no disk
     * space, so nothing that partitions store to is left sparse.
     *
     * @throws UncheckedIOException when the disk is full
     */
    public void zero(long base, long size) {
        try {
            for (long done = 0; done < size;) {
                zeros.clear().limit((int) Math.min(PIECE, size - done));
                done += channel.write(zeros, base + done);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no room for " + Size.text(size) + " of frame memory in "
                    + path + ": " + e.getMessage() + "; free space", e);
        }
    }

    /** The pages of a range that the file has not got, although the range is mapped. */
    public BitSet lost(long base, long size) {
        BitSet lost = new BitSet();
        ByteBuffer first = ByteBuffer.allocate(1);
        for (int page = 0; (long) page * PAGE < size; page++) {
            try {
                if (channel.read(first.clear(), base + (long) page * PAGE) < 1) {
                    lost.set(page);
                }
            } catch (IOException e) {
                lost.set(page);
            }
        }
        return lost;
    }

    /** Where it lies, in words. */
    public String backing() {
        return anonymous ? "anonymous" : path.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        lockChannel.close();
    }
}
