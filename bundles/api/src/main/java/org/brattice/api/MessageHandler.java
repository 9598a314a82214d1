package org.brattice.api;

import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ConsumerType;

/** Handles messages that a {@link MemoryAssembly} has made whole of their chunks. */
@ConsumerType
@FunctionalInterface
public interface MessageHandler {
    /**
     * A whole message. When this throws, its last chunk is offered again, and with it the message.
     *
     * @param payload read-only, valid until this returns: its memory is then used for other messages
     */
    void message(ChunkedMessage message, MemorySegment payload) throws Exception;

    /**
     * The assembly has refused a message, and its sender is told.
     *
     * @param reason in words: values and what to do
     */
    default void refused(ChunkedMessage message, String reason) throws Exception {}
}
