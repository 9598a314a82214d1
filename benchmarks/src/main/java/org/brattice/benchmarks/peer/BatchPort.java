package org.brattice.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;

/** Sends so many messages by one hypervisor call. */
final class BatchPort implements Port {
    /** Messages of a batch. */
    static final int SIZE = 64;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final IpcaService ipca;
    private final int receiver;
    private final MemorySegment payloads;
    private final int bytes;
    private int first;
    private int count;

    /** Out of a segment with room for a batch. */
    BatchPort(IpcaService ipca, int receiver, MemorySegment payloads, int bytes) {
        this.ipca = ipca;
        this.receiver = receiver;
        this.payloads = payloads;
        this.bytes = bytes;
    }

    @Override
    public boolean offer(long word) {
        if (count == SIZE && !flush()) {
            return false;
        }
        long at = (long) count * bytes;
        payloads.set(WORD, at, word);
        payloads.set(WORD, at + bytes - Long.BYTES, ~word);
        count++;
        return true;
    }

    @Override
    public boolean flush() {
        if (first < count) {
            first += Math.max(0, ipca.sendBatch(receiver,
                    payloads.asSlice((long) first * bytes, (long) (count - first) * bytes), bytes,
                    Delivery.TRY));
        }
        if (first < count) {
            return false;
        }
        first = 0;
        count = 0;
        return true;
    }
}
