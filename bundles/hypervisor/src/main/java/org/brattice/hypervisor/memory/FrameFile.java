package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The file behind frame memory. All of its calls happen on the hypervisor's own thread, which nobody
 * interrupts: an interrupt would close the channel.
 */
public final class FrameFile implements AutoCloseable {
    private static final int PIECE = 1 << 20;
    private static final int PAGE = 4096;

    /** Never closed: closing any channel on a file drops the locks that this process has on it. */
    private static final Queue<FileChannel> REFUSED = new ConcurrentLinkedQueue<>();

    private final FileChannel channel;
    private final FileChannel lockChannel;
    private final FramePlace place;
    private final Vanished vanished;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);

    private FrameFile(FileChannel channel, FileChannel lockChannel, FramePlace place,
            Vanished vanished) {
        this.channel = channel;
        this.lockChannel = lockChannel;
        this.place = place;
        this.vanished = vanished;
    }

    /**
     * Opens or creates the file and takes the lock that says that no other process uses it.
     *
     * @param data the data directory
     * @param renew whether a frame that is gone may be replaced
     * @throws IOException with what to do: in use, no room, gone, or no regular file
     */
    static FrameFile open(Path data, FrameDescription description, boolean renew)
            throws IOException {
        Files.createDirectories(data, OwnerOnly.directory());
        FileChannel lock = lock(data.resolve("frame.lock"));
        FramePlace place = null;
        try {
            place = FramePlace.find(data, description);
            Vanished vanished = new Vanished(data, place, renew);
            return new FrameFile(locked(place), lock, place, vanished);
        } catch (IOException | RuntimeException e) {
            if (place != null) {
                place.undo();
            }
            lock.close();
            throw e;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FramePlace.regular(file, "remove it");
        FileChannel channel = FileChannel.open(file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OwnerOnly.file());
        if (!locked(channel)) {
            throw new IOException("frame memory in " + file.getParent() + " is in use by another"
                    + " hypervisor: stop it, or choose another data directory");
        }
        return channel;
    }

    /** Locks a file; closes it, or keeps it for ever, when another has it. */
    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
            }
            return lock != null;
        } catch (OverlappingFileLockException e) {
            REFUSED.add(channel);
            return false;
        }
    }

    /** Two data directories may lead to one frame. */
    private static FileChannel locked(FramePlace place) throws IOException {
        FileChannel channel = place.open();
        if (!place.anonymous() && !locked(channel)) {
            throw new IOException("frame memory in " + place.file()
                    + " is in use by another hypervisor: stop it, or remove " + place.link()
                    + " and start with --new-frame");
        }
        return channel;
    }

    /**
     * Takes the frame for this process and data directory.
     *
     * @throws IOException when another has it, which no lock may tell
     */
    void take(MemorySegment header) throws IOException {
        if (!place.anonymous()) {
            FrameHolder self = FrameHolder.self(place.file());
            place.checkHolder(FrameHolder.of(header), self, FrameHolder.data(header));
            self.take(header, place.data());
        }
    }

    /** What a file is, by its contents. */
    enum Contents {
        /** Nothing but zeros: a frame was to be made in it. */
        NOTHING,
        /** It begins as a frame does. */
        FRAME,
        /** Something else, which is nobody's to overwrite. */
        FOREIGN
    }

    /** Looks what the file holds. */
    Contents contents() throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = 0; channel.read(piece.clear(), at) > 0; at += piece.position()) {
            piece.flip();
            if (at == 0 && piece.limit() >= Long.BYTES && piece.getLong(0) == FrameLayout.MAGIC) {
                return Contents.FRAME;
            }
            if (piece.mismatch(zeros.clear().limit(piece.limit())) >= 0) {
                return Contents.FOREIGN;
            }
            piece.position(piece.limit());
        }
        return Contents.NOTHING;
    }

    /** There must be room for what an unfinished file lacks. */
    void checkRoom() throws IOException {
        place.checkRoom(size());
    }

    /** Writes where nothing is mapped yet, in one go: a killed process leaves all of it, or nothing. */
    void write(ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
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
                    + place.file() + ": " + e.getMessage() + "; free space", e);
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
        return place.anonymous() ? "anonymous" : place.file().toString();
    }

    /** The frame is whole: what was made for it stays. */
    void keep() throws IOException {
        vanished.whole();
        place.keep();
    }

    /** What the data directory knows of its frame. */
    Vanished vanished() {
        return vanished;
    }

    /** Closes it, and takes away what was made for a frame that never became whole. */
    void abandon() throws IOException {
        vanished.undo();
        place.undo();
        close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        lockChannel.close();
    }
}
