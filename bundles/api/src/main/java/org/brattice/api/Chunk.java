package org.brattice.api;

import org.osgi.annotation.versioning.ProviderType;

/** One part of a message that is larger than a record (S8). The payload is the chunk's own bytes. */
@ProviderType
public interface Chunk extends Message {
    /** The message that the chunk belongs to: unique for the receiver while the frame lives. */
    long stream();

    /** Where in the whole message the payload begins, in bytes. */
    long offset();

    /** Bytes of the whole message. */
    long total();

    /** Whether the whole message has arrived with this chunk. */
    default boolean last() {
        return offset() + length() == total();
    }

    /** Takes nothing more of this message: its sender is told {@link IpcaService#REFUSED}. */
    void refuse();
}
