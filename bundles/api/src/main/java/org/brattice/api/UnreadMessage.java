package org.brattice.api;

import java.util.Objects;

/**
 * A copy of a message that a failed partition has not read, as its helper sees it. It stays the failed partition's: when
 * that returns, it reads it.
 *
 * @param source number of the sender
 * @param sourceName its name
 * @param position with the receiver, the message's identity
 * @param payload a copy
 */
public record UnreadMessage(int source, String sourceName, long position, byte[] payload) {
    public UnreadMessage {
        Objects.requireNonNull(sourceName, "sourceName");
        payload = payload.clone();
    }

    @Override
    public byte[] payload() {
        return payload.clone();
    }
}
