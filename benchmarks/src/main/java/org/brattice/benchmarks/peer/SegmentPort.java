package org.brattice.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;

/** Sends by the hypervisor call, as partitions do. */
final class SegmentPort implements Port {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(10));
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final IpcaService ipca;
    private final int receiver;
    private final MemorySegment payload;
    private final Delivery delivery;
    private final long last;

    SegmentPort(IpcaService ipca, int receiver, MemorySegment payload, boolean waits) {
        this.ipca = ipca;
        this.receiver = receiver;
        this.payload = payload;
        this.delivery = waits ? PATIENT : Delivery.TRY;
        this.last = payload.byteSize() - Long.BYTES;
    }

    @Override
    public boolean offer(long word) {
        payload.set(WORD, 0, word);
        payload.set(WORD, last, ~word);
        return ipca.send(receiver, payload, delivery) >= 0;
    }
}
