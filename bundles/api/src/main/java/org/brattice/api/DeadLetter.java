package org.brattice.api;

import java.time.Instant;

/**
 * A message, or a chunk of one, that was given up and is kept for people: its receiver failed at every
 * attempt, or was destroyed with the message unread. A receiver's number and a position name it.
 *
 * @param id counted from 1, never given again
 * @param receiver name of the partition that it was sent to
 * @param receiverNumber of that partition
 * @param source name of the partition that sent it
 * @param sourceNumber of that partition
 * @param position of its record
 * @param sent when it was sent, to a tenth of a second
 * @param givenUp when it was given up
 * @param attempts how often it was offered
 * @param length bytes of its payload
 * @param kept bytes of its payload that are kept: all, or none when there are more than the frame's limit
 * @param stream id of the message in chunks that it belongs to, or 0 when it is a message of its own
 * @param offset of a chunk's payload in its message
 * @param total bytes of the message in chunks
 * @param reason why it was given up, in words
 */
public record DeadLetter(long id, String receiver, int receiverNumber, String source,
        int sourceNumber, long position, Instant sent, Instant givenUp, int attempts, int length,
        int kept, long stream, long offset, long total, String reason) {
    /** Whether it is a chunk of a larger message. */
    public boolean chunk() {
        return stream != 0;
    }
}
