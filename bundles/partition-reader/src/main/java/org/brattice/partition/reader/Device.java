package org.brattice.partition.reader;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.brattice.api.Message;
import org.brattice.partition.vios.protocol.BlockReply;

/**
 * A device as its server described it.
 *
 * @param size in bytes
 * @param block bytes of a block; the last one may be shorter
 */
record Device(long size, int block) {
    /** The longest block that is asked for. */
    static final int LONGEST_BLOCK = 64 << 10;

    Device {
        if (size < 0 || block <= 0 || blocks(size, block) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "size=" + size + " block=" + block + " describe no device that can be read");
        }
    }

    /** Takes the description from a reply. */
    static Device of(Message reply) {
        if (reply.length() != BlockReply.BYTES + BlockReply.DESCRIPTION_BYTES) {
            throw new IllegalArgumentException("description of bytes="
                    + (reply.length() - BlockReply.BYTES) + ": " + BlockReply.DESCRIPTION_BYTES
                    + " were to come");
        }
        return new Device(reply.getLong(BlockReply.BYTES),
                Math.min(LONGEST_BLOCK, reply.getInt(BlockReply.BYTES + Long.BYTES)));
    }

    int blocks() {
        return (int) blocks(size, block);
    }

    long offset(int index) {
        return (long) index * block;
    }

    int length(int index) {
        return (int) Math.min(block, size - offset(index));
    }

    private static long blocks(long size, int block) {
        return size / block + (size % block == 0 ? 0 : 1);
    }
}
