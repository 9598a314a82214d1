package org.brattice.benchmarks.peer;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.SpscArrayQueue;

/**
 * The many-producers queue of JCTools. It passes references, so the payload is copied into an array of the
 * sender's pool, which the receiver gives back.
 */
final class JcToolsQueue extends LanePeer {
    private static final int LIMIT = 64;

    private record Pooled(Bytes bytes, SpscArrayQueue<Pooled> home) {}

    @Override
    Lane lane(Load load, Intake intake) {
        checkAwake(load, "a queue");
        MpscArrayQueue<Pooled> queue = new MpscArrayQueue<>(load.slots());
        MessagePassingQueue.Consumer<Pooled> reading = message -> {
            intake.take(message.bytes.first(), message.bytes.last());
            message.home.offer(message);
        };
        Polling receiver = new Polling(load, () -> queue.drain(reading, LIMIT));
        return new Lane() {
            @Override
            public Port port() {
                return new QueuePort(queue, load);
            }

            @Override
            public void close() {
                receiver.close();
            }
        };
    }

    private static final class QueuePort implements Port {
        private final MpscArrayQueue<Pooled> queue;
        private final SpscArrayQueue<Pooled> pool;
        private final Bytes payload;
        private Pooled unsent;

        QueuePort(MpscArrayQueue<Pooled> queue, Load load) {
            this.queue = queue;
            int size = Math.max(4, load.slots() / load.senders());
            this.pool = new SpscArrayQueue<>(size);
            this.payload = new Bytes(load.bytes());
            for (int i = 0; i < size; i++) {
                pool.offer(new Pooled(new Bytes(load.bytes()), pool));
            }
        }

        @Override
        public boolean offer(long word) {
            Pooled message = unsent == null ? pool.poll() : unsent;
            if (message == null) {
                return false;
            }
            payload.mark(word);
            message.bytes.copyFrom(payload);
            boolean sent = queue.offer(message);
            unsent = sent ? null : message;
            return sent;
        }
    }
}
