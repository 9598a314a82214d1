package org.brattice.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes messages in chunks as streams (S8), in any number at once and of any size: it keeps no bytes.
 * Firmware hands it what its {@link Firmware#chunk} and {@link Firmware#aborted} are called with, on
 * the same thread.
 *
 * <p>A chunk that was written is not written when it is offered again. What a channel that threw has
 * taken of a chunk is not known: it is closed, and the sink opens another where the chunk begins.
 */
@ProviderType
public final class StreamAssembly {
    private final MessageSink sink;
    private final Map<Long, Open> open = new HashMap<>();
    private final EndedStreams ended = new EndedStreams();

    private static final class Open {
        private final ChunkedMessage message;
        private final WritableByteChannel channel;
        private long next;

        private Open(ChunkedMessage message, WritableByteChannel channel, long next) {
            this.message = message;
            this.channel = channel;
            this.next = next;
        }
    }

    /** An assembly for one boot. */
    public StreamAssembly(MessageSink sink) {
        this.sink = Objects.requireNonNull(sink, "sink");
    }

    /**
     * Writes a chunk to its message's channel, and completes the message with its last chunk.
     *
     * @throws IOException what channel or sink threw: throw it on, and the chunk is offered again
     */
    public void chunk(Chunk chunk) throws IOException {
        Open message = open.get(chunk.stream());
        if (message == null) {
            if (ended.contains(chunk.stream()) || (message = begin(chunk)) == null) {
                return;
            }
            open.put(chunk.stream(), message);
        }
        write(message, chunk);
        if (chunk.last()) {
            sink.complete(message.message, message.channel);
            end(chunk.stream());
            message.channel.close();
        }
    }

    private Open begin(Chunk chunk) throws IOException {
        ChunkedMessage message = ChunkedMessage.of(chunk);
        WritableByteChannel channel = sink.open(message, chunk.offset());
        if (channel == null) {
            chunk.refuse();
            end(chunk.stream());
            return null;
        }
        return new Open(message, channel, chunk.offset());
    }

    private void end(long stream) {
        ended.add(stream);
        open.remove(stream);
    }

    private void write(Open message, Chunk chunk) throws IOException {
        if (message.next < chunk.offset()) {
            throw new IllegalStateException("stream=" + chunk.stream() + " goes on at offset="
                    + chunk.offset() + " instead of " + message.next
                    + ": hand every chunk to the assembly");
        }
        if (message.next > chunk.offset()) {
            return;
        }
        ByteBuffer bytes = chunk.payload().asByteBuffer();
        boolean written = false;
        try {
            while (bytes.hasRemaining()) {
                message.channel.write(bytes);
            }
            message.next += chunk.length();
            written = true;
        } finally {
            if (!written) {
                open.remove(chunk.stream());
                message.channel.close();
            }
        }
    }

    /** Ends a message whose sender ended before its last chunk. */
    public void aborted(int source, long stream) throws IOException {
        Open message = open.remove(stream);
        if (message != null) {
            try (WritableByteChannel channel = message.channel) {
                sink.aborted(message.message, channel);
            }
        }
    }

    /** How many messages have begun and not ended. */
    public int size() {
        return open.size();
    }
}
