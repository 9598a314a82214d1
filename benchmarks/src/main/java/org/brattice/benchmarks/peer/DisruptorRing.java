package org.brattice.benchmarks.peer;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;

/** LMAX Disruptor whose entries are preallocated arrays of bytes. */
final class DisruptorRing extends LanePeer {
    private final ProducerType producers;

    DisruptorRing(ProducerType producers) {
        this.producers = producers;
    }

    @Override
    Lane lane(Load load, Intake intake) {
        if (producers == ProducerType.SINGLE && load.senders() > 1) {
            throw new UnsupportedOperationException("it takes one sender");
        }
        Disruptor<Bytes> disruptor = new Disruptor<>(() -> new Bytes(load.bytes()), load.slots(),
                DaemonThreadFactory.INSTANCE, producers, waiting(load));
        disruptor.handleEventsWith((bytes, sequence, last) -> intake.take(bytes.first(),
                bytes.last()));
        RingBuffer<Bytes> ring = disruptor.start();
        return new Lane() {
            @Override
            public Port port() {
                return new DisruptorPort(ring, load);
            }

            @Override
            public void close() {
                disruptor.shutdown();
            }
        };
    }

    private static WaitStrategy waiting(Load load) {
        if (load.sleeps()) {
            return new BlockingWaitStrategy();
        }
        return load.crowded() ? new YieldingWaitStrategy() : new BusySpinWaitStrategy();
    }

    private static final class DisruptorPort implements Port {
        private static final EventTranslatorOneArg<Bytes, Bytes> COPY = (entry, sequence,
                payload) -> entry.copyFrom(payload);

        private final RingBuffer<Bytes> ring;
        private final Bytes payload;
        private final boolean parks;

        DisruptorPort(RingBuffer<Bytes> ring, Load load) {
            this.ring = ring;
            this.payload = new Bytes(load.bytes());
            this.parks = load.parks();
        }

        @Override
        public boolean offer(long word) {
            payload.mark(word);
            if (parks) {
                ring.publishEvent(COPY, payload);
                return true;
            }
            return ring.tryPublishEvent(COPY, payload);
        }
    }
}
