package org.brattice.benchmarks.peer;

import org.brattice.api.Chunk;
import org.brattice.api.Firmware;
import org.brattice.api.Message;

/** Firmware that reads the first and the last eight bytes of each message. */
final class Receiving implements Firmware {
    private static final int SOURCES = 256;

    private final Receipt receipt;
    private final long[] first = new long[SOURCES];

    Receiving(Receipt receipt) {
        this.receipt = receipt;
    }

    @Override
    public void message(Message message) {
        receipt.take(message.getLong(0), message.getLong(message.length() - Long.BYTES));
    }

    /** A sender has one message on its way at a time, so its number tells whose chunk it is. */
    @Override
    public void chunk(Chunk chunk) {
        int source = chunk.source() % SOURCES;
        if (chunk.offset() == 0) {
            first[source] = chunk.getLong(0);
        }
        if (chunk.offset() + chunk.length() == chunk.total()) {
            receipt.take(first[source], chunk.getLong(chunk.length() - Long.BYTES));
        }
    }
}
