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
    private final Object writing = new Object();
    private volatile InputStream input;

    FileSerial(Serial files) {
        this.files = files;
    }

    @Override
    public synchronized int read(MemorySegment target) throws IOException {
        if (files.input() == null) {
            return -1;
        }
        InputStream open = input;
        if (open == null) {
            open = Files.newInputStream(files.input());
            input = open;
        }
        int ready = (int) Math.min(open.available(), target.byteSize());
        byte[] bytes = open.readNBytes(ready);
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, 0, bytes.length);
        return bytes.length;
    }

    @Override
    public void write(MemorySegment source) throws IOException {
        synchronized (writing) {
            try (FileChannel output = FileChannel.open(files.output(), StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND)) {
                ByteBuffer bytes = source.asByteBuffer();
                while (bytes.hasRemaining()) {
                    output.write(bytes);
                }
            }
        }
    }

    /** Waits for nobody who is inside. */
    @Override
    public void close() throws IOException {
        InputStream open = input;
        if (open != null) {
            input = null;
            open.close();
        }
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
