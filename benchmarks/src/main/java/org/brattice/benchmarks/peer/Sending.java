package org.brattice.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.function.Consumer;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;

/** Firmware that sends out of its partition's own memory. */
final class Sending implements Firmware {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(10));

    private final IpcaService ipca;
    private final String receiver;
    private final Load load;
    private volatile Boot boot;

    Sending(IpcaService ipca, String receiver, Load load) {
        this.ipca = ipca;
        this.receiver = receiver;
        this.load = load;
    }

    @Override
    public void boot(Boot granted) {
        boot = granted;
    }

    @Override
    public void message(Message message) {
        throw new IllegalStateException("nobody sends to a sender");
    }

    /** Runs work on the partition's processor. */
    void start(Consumer<Port> work) {
        boot.run(() -> {
            MemorySegment payload = boot.memory().stream()
                    .filter(segment -> segment.byteSize() >= load.bytes()).findFirst().orElseThrow()
                    .asSlice(0, load.bytes());
            int number = ipca.number(receiver);
            boolean chunked = load.bytes() > ipca.recordLimit(number);
            work.accept(new SegmentPort(ipca, number, payload,
                    load.parks() || chunked ? PATIENT : Delivery.TRY));
        });
    }

    private static final class SegmentPort implements Port {
        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED
                .withOrder(ByteOrder.LITTLE_ENDIAN);
        private final IpcaService ipca;
        private final int receiver;
        private final MemorySegment payload;
        private final Delivery delivery;
        private final long last;

        SegmentPort(IpcaService ipca, int receiver, MemorySegment payload, Delivery delivery) {
            this.ipca = ipca;
            this.receiver = receiver;
            this.payload = payload;
            this.delivery = delivery;
            this.last = payload.byteSize() - Long.BYTES;
        }

        @Override
        public boolean offer(long word) {
            payload.set(WORD, 0, word);
            payload.set(WORD, last, ~word);
            return ipca.send(receiver, payload, delivery) >= 0;
        }
    }
}
