package org.brattice.api;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where a {@link StreamAssembly} takes messages in chunks to. What a method throws fails the chunk that
 * is being handled, so it is offered again, and the assembly goes on where it was.
 */
@ConsumerType
public interface MessageSink {
    /**
     * The channel that a message's bytes go to, in order and each once.
     *
     * @param offset of the first byte that is to be written: 0, or where the message goes on that an
     *        earlier boot, or a channel that threw, has begun. All bytes before it have been written,
     *        and perhaps some behind it.
     * @return null to refuse the message: its sender is told {@link IpcaService#REFUSED}
     */
    WritableByteChannel open(ChunkedMessage message, long offset) throws IOException;

    /** The channel has all bytes of the message, and is closed afterwards. */
    void complete(ChunkedMessage message, WritableByteChannel channel) throws IOException;

    /** Nothing more of the message will come; the channel is closed afterwards. */
    default void aborted(ChunkedMessage message, WritableByteChannel channel) throws IOException {}
}
