package org.brattice.benchmarks.peer;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron's IPC: an exclusive publication for each sender, one subscription, term buffers on the memory
 * file system. Its media driver is embedded and shares a thread, whose idle strategy is the usual one: it
 * moves on the limit up to which a publication may go, so its terms are longer than the others' rings.
 */
final class AeronIpc extends LanePeer {
    private static final int STREAM = 10;
    private static final int LIMIT = 64;
    private static final int MTU = 65_504;
    private static final int TERM = 16 << 20;
    private static final int CACHE_LINE = 64;
    private static final long CONNECT_LIMIT = TimeUnit.SECONDS.toNanos(10);

    @Override
    Lane lane(Load load, Intake intake) {
        checkAwake(load, "a subscription");
        MediaDriver driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName("/dev/shm/brattice-benchmark-aeron-" + UUID.randomUUID())
                .threadingMode(ThreadingMode.SHARED).ipcMtuLength(MTU)
                .dirDeleteOnStart(true).dirDeleteOnShutdown(true));
        Aeron aeron = Aeron.connect(
                new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
        String channel = "aeron:ipc?term-length=" + TERM;
        Subscription subscription = aeron.addSubscription(channel, STREAM);
        List<ExclusivePublication> publications = new ArrayList<>();
        for (int i = 0; i < load.senders(); i++) {
            publications.add(aeron.addExclusivePublication(channel, STREAM));
        }
        awaitConnected(subscription, publications);
        FragmentAssembler reading = new FragmentAssembler(
                (buffer, offset, length, header) -> intake.take(buffer.getLong(offset),
                        buffer.getLong(offset + length - Long.BYTES)));
        Polling receiver = new Polling(load, () -> subscription.poll(reading, LIMIT));
        return new Lane() {
            @Override
            public Port port() {
                return new PublicationPort(publications.removeLast(), load.bytes());
            }

            @Override
            public void close() {
                receiver.close();
                aeron.close();
                driver.close();
            }
        };
    }

    private static void awaitConnected(Subscription subscription,
            List<ExclusivePublication> publications) {
        long limit = System.nanoTime() + CONNECT_LIMIT;
        while (subscription.imageCount() < publications.size()
                || !publications.stream().allMatch(ExclusivePublication::isConnected)) {
            if (System.nanoTime() > limit) {
                throw new IllegalStateException("publications do not connect");
            }
            Thread.yield();
        }
    }

    private static final class PublicationPort implements Port {
        private final ExclusivePublication publication;
        private final UnsafeBuffer payload;
        private final int bytes;

        PublicationPort(ExclusivePublication publication, int bytes) {
            this.publication = publication;
            this.bytes = bytes;
            this.payload = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, CACHE_LINE));
        }

        @Override
        public boolean offer(long word) {
            payload.putLong(0, word);
            payload.putLong(bytes - Long.BYTES, ~word);
            return publication.offer(payload, 0, bytes) >= 0;
        }
    }
}
