package org.brattice.benchmarks.peer;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Function;

import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** A ring buffer of Agrona, in memory outside the heap. */
final class AgronaRing implements Peer {
    private static final int TYPE = 1;
    private static final int LIMIT = 64;
    private static final int CACHE_LINE = 64;

    private final Function<AtomicBuffer, RingBuffer> kind;

    AgronaRing(Function<AtomicBuffer, RingBuffer> kind) {
        this.kind = kind;
    }

    @Override
    public Line line(Load load, Receipt receipt) {
        ByteBuffer memory = BufferUtil.allocateDirectAligned(
                load.ring() + RingBufferDescriptor.TRAILER_LENGTH, CACHE_LINE);
        RingBuffer ring = kind.apply(new UnsafeBuffer(memory));
        Polling receiver = new Polling(load,
                () -> ring.read((type, buffer, index, length) -> receipt
                        .take(buffer.getLong(index), buffer.getLong(index + length - Long.BYTES)),
                        LIMIT));
        return new Line() {
            @Override
            public void start(int sender, Consumer<Port> work) {
                Thread.ofPlatform().daemon().start(() -> work.accept(new RingPort(ring, load)));
            }

            @Override
            public void close() {
                receiver.close();
            }
        };
    }

    private static final class RingPort implements Port {
        private final RingBuffer ring;
        private final UnsafeBuffer payload;
        private final int bytes;

        RingPort(RingBuffer ring, Load load) {
            this.ring = ring;
            this.bytes = load.bytes();
            this.payload = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, CACHE_LINE));
        }

        @Override
        public boolean offer(long word) {
            payload.putLong(0, word);
            payload.putLong(bytes - Long.BYTES, ~word);
            return ring.write(TYPE, payload, 0, bytes);
        }
    }
}
