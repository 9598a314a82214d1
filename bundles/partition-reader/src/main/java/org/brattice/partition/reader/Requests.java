package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.LongSupplier;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.partition.vios.protocol.BlockRequest;

/**
 * Requests in flight to one server. What stays unanswered is asked again under the same tag, so a
 * reply that comes twice is known by its tag.
 */
final class Requests {
    /** Requests in flight at once. */
    static final int WINDOW = 8;

    private static final long PATIENCE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long GIVE_UP_NANOS = Duration.ofMinutes(1).toNanos();

    private final IpcaService ipca;
    private int server;
    private final LongSupplier clock;
    private final BlockRequest[] inFlight = new BlockRequest[WINDOW];
    private final long[] askedAt = new long[WINDOW];
    private final MemorySegment payload = MemorySegment.ofArray(new byte[BlockRequest.BYTES]);
    private int count;
    private long heardAt;

    Requests(IpcaService ipca, int server, LongSupplier clock) {
        this.ipca = ipca;
        this.server = server;
        this.clock = clock;
        this.heardAt = clock.getAsLong();
    }

    int server() {
        return server;
    }

    boolean full() {
        return count == WINDOW;
    }

    /** Asks, when not {@link #full}. */
    void ask(BlockRequest request) {
        int free = 0;
        while (inFlight[free] != null) {
            free++;
        }
        inFlight[free] = request;
        count++;
        send(free);
    }

    /** The request that a reply answers, which is then no longer in flight; null when there is none. */
    BlockRequest answered(long tag) {
        for (int i = 0; i < WINDOW; i++) {
            if (inFlight[i] != null && inFlight[i].tag() == tag) {
                BlockRequest request = inFlight[i];
                inFlight[i] = null;
                count--;
                return request;
            }
        }
        return null;
    }

    /** The server has answered with what was asked for. */
    void heard() {
        heardAt = clock.getAsLong();
    }

    /** Asks again later what was answered in vain. */
    void later(BlockRequest request) {
        int free = 0;
        while (inFlight[free] != null) {
            free++;
        }
        inFlight[free] = request;
        askedAt[free] = clock.getAsLong();
        count++;
    }

    /** Asks another server from now on: all that is in flight at once. */
    void redirect(int newServer) {
        server = newServer;
        heard();
        for (int i = 0; i < WINDOW; i++) {
            if (inFlight[i] != null) {
                send(i);
            }
        }
    }

    /** Asks again for what has waited too long. */
    void repeat() {
        for (int i = 0; i < WINDOW; i++) {
            if (inFlight[i] != null && clock.getAsLong() - askedAt[i] >= PATIENCE_NANOS) {
                send(i);
            }
        }
    }

    /** Whether the server has been silent for so long that there is no hope. */
    boolean hopeless() {
        return clock.getAsLong() - heardAt > GIVE_UP_NANOS;
    }

    private void send(int index) {
        inFlight[index].write(payload);
        boolean sent = ipca.send(server, payload, Delivery.TRY) >= 0;
        // What found no room is due again with the next tick.
        askedAt[index] = clock.getAsLong() - (sent ? 0 : PATIENCE_NANOS);
    }
}
