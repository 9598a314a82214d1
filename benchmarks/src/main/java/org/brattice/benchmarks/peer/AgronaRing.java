package org.brattice.benchmarks.peer;

import java.nio.ByteBuffer;
import java.util.function.Function;

import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** A ring buffer of Agrona, in memory outside the heap. */
final class AgronaRing extends LanePeer {
    private static final int TYPE = 1;
    private static final int LIMIT = 64;
    private static final int CACHE_LINE = 64;

    private final Function<AtomicBuffer, RingBuffer> kind;
    private final int mostSenders;

    AgronaRing(Function<AtomicBuffer, RingBuffer> kind, int mostSenders) {
        this.kind = kind;
        this.mostSenders = mostSenders;
    }

    @Override
    Lane lane(Load load, Intake intake) {
        checkAwake(load, "a ring");
        if (load.senders() > mostSenders) {
            throw new UnsupportedOperationException("it takes one sender");
        }
        ByteBuffer memory = BufferUtil.allocateDirectAligned(
                load.ring() + RingBufferDescriptor.TRAILER_LENGTH, CACHE_LINE);
        RingBuffer ring = kind.apply(new UnsafeBuffer(memory));
        MessageHandler reading = new Reading(intake);
        Polling receiver = new Polling(load, () -> ring.read(reading, LIMIT));
        return new Lane() {
            @Override
            public Port port() {
                return new RingPort(ring, load);
            }

            @Override
            public void close() {
                receiver.close();
            }
        };
    }

    private record Reading(Intake intake) implements MessageHandler {
        @Override
        public void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
            intake.take(buffer.getLong(index), buffer.getLong(index + length - Long.BYTES));
        }
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
