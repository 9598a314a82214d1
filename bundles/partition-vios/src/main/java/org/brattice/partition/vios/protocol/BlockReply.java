package org.brattice.partition.vios.protocol;

import java.lang.foreign.MemorySegment;

import org.brattice.api.Message;

/**
 * What a virtual I/O server answers: a header of 24 bytes, little-endian, and behind it the bytes read,
 * the description, or an error in words (UTF-8).
 *
 * @param op of the request
 * @param status {@link #OK} or what is wrong
 * @param tag of the request
 * @param offset of the request
 */
public record BlockReply(int op, int status, long tag, long offset) {
    /** Bytes of the header. */
    public static final int BYTES = 24;
    /** Of a description: device size in bytes (8), longest read that this client may ask for (4). */
    public static final int DESCRIPTION_BYTES = 12;

    public static final int OK = 0;
    /** Not 24 bytes, or an unknown op. */
    public static final int MALFORMED = 1;
    /** The range is not on the device. */
    public static final int OUT_OF_RANGE = 2;
    /** The bytes do not fit in one reply to this client. */
    public static final int TOO_LONG = 3;
    /** The device could not be read. */
    public static final int DEVICE_ERROR = 4;
    /** The server has no device, or has it no longer: the data is the name of who serves it now, or nothing. */
    public static final int MOVED = 5;

    /** Set in the op word of every reply, so that no reply can be taken for a request. */
    private static final int REPLY = 1 << 31;

    /** Whether a message is a reply: a server never answers one. */
    public static boolean isReply(Message message) {
        return message.length() >= BYTES && message.getInt(Words.OP) < 0;
    }

    /** The header of a message that {@linkplain #isReply is a reply}. */
    public static BlockReply of(Message message) {
        return new BlockReply(message.getInt(Words.OP) & ~REPLY, message.getInt(Words.DETAIL),
                message.getLong(Words.TAG), message.getLong(Words.OFFSET));
    }

    /** Writes the header at the beginning of a segment. */
    public void write(MemorySegment target) {
        Words.write(target, op | REPLY, status, tag, offset);
    }
}
