package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Message;

/**
 * What a receiver has had of one sender, whose messages are numbered from 0: each once, in order; a
 * message that comes again is the last one, at its position, marked as offered again. Outlives boots.
 */
final class Tally {
    private static final int LIMIT = 10;
    private final List<String> wrong = new ArrayList<>();
    private volatile long next;
    private volatile long again;
    private volatile long chunked;
    private long position = -1;

    /** Enters a message that is being handled. */
    synchronized void enter(long number, Message message, boolean inChunks) {
        if (number == next && message.position() > position) {
            position = message.position();
            next = number + 1;
            chunked += inChunks ? 1 : 0;
        } else if (number == next - 1 && message.position() == position && message.attempt() > 1) {
            again++;
        } else if (wrong.size() < LIMIT) {
            wrong.add("expected=" + next + " came=" + number + " position=" + message.position()
                    + " attempt=" + message.attempt() + " last=" + position);
        }
    }

    /** Messages handled. */
    long count() {
        return next;
    }

    /** Messages that came again. */
    long again() {
        return again;
    }

    /** Messages handled that came in chunks. */
    long chunked() {
        return chunked;
    }

    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /** Stops a sender, and waits until all that it has sent is handled, each once and in order. */
    static void assertAllOf(Flooding sender, Tally tally) throws Exception {
        assertEquals(null, sender.enough());
        ContainerTest.eventually("all is handled and notified", () -> {
            assertEquals(tally.wrong().toString(), sender.sent(), tally.count());
            assertTrue(sender.notified());
        });
        assertEquals(List.of(), tally.wrong());
    }
}
