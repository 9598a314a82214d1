package org.brattice.hypervisor.resource;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

import org.brattice.api.SerialAdapter;
import org.brattice.hypervisor.memory.FrameDescription.Device.Serial;

/** A serial line out of two files: what is sent is appended to one, what comes in is read from the other. Any thread. */
final class FileSerial implements SerialAdapter, AutoCloseable {
    private final Serial files;
    private InputStream input;

    FileSerial(Serial files) {
        this.files = files;
    }

    @Override
    public synchronized int read(MemorySegment target) throws IOException {
        if (files.input() == null) {
            return -1;
        }
        if (input == null) {
            input = Files.newInputStream(files.input());
        }
        int ready = (int) Math.min(input.available(), target.byteSize());
        byte[] bytes = input.readNBytes(ready);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, 0, bytes.length);
        return bytes.length;
    }

    @Override
    public synchronized void write(MemorySegment source) throws IOException {
        try (FileChannel output = FileChannel.open(files.output(), StandardOpenOption.CREATE,
                StandardOpenOption.APPEND)) {
            ByteBuffer bytes = source.asByteBuffer();
            while (bytes.hasRemaining()) {
                output.write(bytes);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (input != null) {
            input.close();
            input = null;
        }
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
