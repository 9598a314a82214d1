package org.brattice.partition.vios.protocol;

import java.lang.foreign.MemorySegment;

import org.brattice.api.Message;

/**
 * What a client asks of a virtual I/O server: 24 bytes, little-endian.
 *
 * @param op {@link #DESCRIBE} or {@link #READ}
 * @param length of a read, in bytes
 * @param tag chosen by the client and given back in the reply; not 0
 * @param offset of a read on the device, in bytes
 */
public record BlockRequest(int op, int length, long tag, long offset) {
    /** Bytes of a request. */
    public static final int BYTES = 24;
    /** No request at all: {@link #length} is then the bytes of the message. */
    public static final int NONE = 0;
    /** Asks for the size of the device and the longest read. */
    public static final int DESCRIBE = 1;
    /** Asks for bytes of the device. */
    public static final int READ = 2;

    /** Takes any message for a request: what cannot be one becomes {@link #NONE}. */
    public static BlockRequest of(Message message) {
        if (message.length() != BYTES || message.getInt(Words.OP) == NONE) {
            return new BlockRequest(NONE, message.length(), 0, 0);
        }
        return new BlockRequest(message.getInt(Words.OP), message.getInt(Words.DETAIL),
                message.getLong(Words.TAG), message.getLong(Words.OFFSET));
    }

    /** Whether a copy of a message is a request. */
    public static boolean is(byte[] payload) {
        return payload.length == BYTES && Words.integer(payload, Words.OP) > NONE;
    }

    /** The request in a copy of a message that {@linkplain #is is one}. */
    public static BlockRequest of(byte[] payload) {
        return new BlockRequest(Words.integer(payload, Words.OP),
                Words.integer(payload, Words.DETAIL), Words.number(payload, Words.TAG),
                Words.number(payload, Words.OFFSET));
    }

    /** Writes the request at the beginning of a segment. */
    public void write(MemorySegment target) {
        Words.write(target, op, length, tag, offset);
    }
}
