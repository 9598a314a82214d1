package org.brattice.partition.reader;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;

/**
 * Answers in words. Progress is told to who has room for it; a result waits a little, and is then
 * tried again with every tick for a minute.
 */
final class Answers {
    /** Words that an answer begins with; a message that does is never answered. */
    static final String PROGRESS = "progress ";
    static final String RESULT = "sha256 ";
    static final String ERROR = "error ";

    private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(100));
    private static final long KEEP_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int LIMIT = 256;

    private final IpcaService ipca;
    private final LongSupplier clock;
    private final Queue<Unsent> unsent = new ArrayDeque<>();

    private record Unsent(int receiver, String text, long since) {}

    /** @param clock nanoseconds, as {@link System#nanoTime} */
    Answers(IpcaService ipca, LongSupplier clock) {
        this.ipca = ipca;
        this.clock = clock;
    }

    static boolean isAnswer(String text) {
        return text.startsWith(PROGRESS) || text.startsWith(RESULT) || text.startsWith(ERROR);
    }

    void progress(int receiver, String text) {
        sent(receiver, PROGRESS + text, Delivery.TRY);
    }

    void error(int receiver, String text) {
        result(receiver, ERROR + text);
    }

    void result(int receiver, String text) {
        if (!sent(receiver, text, PATIENT) && unsent.size() < LIMIT) {
            unsent.add(new Unsent(receiver, text, clock.getAsLong()));
        }
    }

    void tick() {
        long now = clock.getAsLong();
        unsent.removeIf(answer -> sent(answer.receiver, answer.text, Delivery.TRY)
                || now - answer.since > KEEP_NANOS);
    }

    private boolean sent(int receiver, String text, Delivery delivery) {
        MemorySegment payload = MemorySegment.ofArray(text.getBytes(UTF_8));
        long length = Math.min(payload.byteSize(), ipca.recordLimit(receiver));
        return length > 0 && ipca.send(receiver, payload.asSlice(0, length), delivery) >= 0;
    }
}
