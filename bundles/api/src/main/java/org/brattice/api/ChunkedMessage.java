package org.brattice.api;

/**
 * A message larger than a record, on its way in chunks (S8).
 *
 * @param source number of the sender
 * @param stream as in {@link Chunk#stream}
 * @param bytes of the whole message
 */
public record ChunkedMessage(int source, long stream, long bytes) {
    /** The message that a chunk belongs to. */
    public static ChunkedMessage of(Chunk chunk) {
        return new ChunkedMessage(chunk.source(), chunk.stream(), chunk.total());
    }
}
