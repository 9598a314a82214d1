package org.brattice.hypervisor.resource;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.brattice.api.BlockAdapter;

/** A read-only block device backed by a file. Any thread. */
final class FileDevice implements BlockAdapter, AutoCloseable {
    private static final int PIECE = 1 << 20;
    private final Path path;
    private FileChannel channel;

    FileDevice(Path path) {
        this.path = path;
    }

    @Override
    public long size() throws IOException {
        return Files.size(path);
    }

    @Override
    public void read(long offset, MemorySegment target) throws IOException {
        for (long done = 0; done < target.byteSize();) {
            long piece = Math.min(PIECE, target.byteSize() - done);
            ByteBuffer buffer = target.asSlice(done, piece).asByteBuffer();
            int count = readPiece(offset + done, buffer);
            if (count < 0) {
                throw new EOFException("device " + path + " became shorter during a read");
            }
            done += count;
        }
    }

    private int readPiece(long offset, ByteBuffer buffer) throws IOException {
        try {
            return channel().read(buffer, offset);
        } catch (ClosedChannelException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // Another thread was interrupted while it read, which closes the channel for all.
            return channel().read(buffer, offset);
        }
    }

    private synchronized FileChannel channel() throws IOException {
        if (channel == null || !channel.isOpen()) {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        }
        return channel;
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public String toString() {
        return "block " + path;
    }
}
