package org.brattice.shell;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.function.Predicate;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;

/**
 * Numbered messages to a partition that sends them back. They go in bursts, so that other commands get
 * at the console's processor in between, and a receiver that is away is waited for.
 */
final class Ping implements Predicate<Message> {
    /** Mark, number of the ping, number of the message, when it was sent: then filler. */
    static final int HEADER_BYTES = 32;
    private static final long MARK = 0x3f474e4950545242L;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofMillis(5);
    private static final Duration REPORT = Duration.ofSeconds(1);

    private final Operator operator;
    private final String receiver;
    private final int window;
    private final MemorySegment payload;
    private final long session = System.nanoTime();
    private final PingAccount account = new PingAccount();
    private int next;

    Ping(Operator operator, String receiver, int size, int window) {
        this.operator = operator;
        this.receiver = receiver;
        this.window = window;
        payload = MemorySegment.ofArray(new byte[size]);
        for (int i = HEADER_BYTES; i < size; i++) {
            payload.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        payload.set(WORD, 0, MARK);
        payload.set(WORD, 8, session);
    }

    /**
     * Sends and counts.
     *
     * @param count of messages at most
     * @param time to go on sending at most
     * @param silence the longest time without any answer
     */
    PingAccount run(int count, Duration time, Duration silence) throws Exception {
        operator.take(this);
        try {
            send(count, time, silence);
            return account;
        } finally {
            operator.leave(this);
        }
    }

    private void send(int count, Duration time, Duration silence) throws Exception {
        long begin = System.nanoTime();
        long reported = begin;
        long heard = begin;
        long answered = 0;
        String hindrance = "";
        boolean sending = true;
        while (sending || account.onTheirWay() > 0) {
            if (sending) {
                long outcome = operator.call(CALL_LIMIT, ipca -> burst(ipca, count));
                hindrance = outcome < 0 ? Sending.refusal(outcome) : hindrance;
            }
            account.await(sending ? window / 2 : 0, RETRY);
            long now = System.nanoTime();
            if (account.answered() > answered) {
                answered = account.answered();
                heard = now;
            } else if (now - heard > silence.toNanos()) {
                break;
            }
            if (now - reported > REPORT.toNanos()) {
                reported = now;
                System.out.println("ping " + receiver + " " + account.progress());
            }
            sending = next < count && now - begin < time.toNanos();
        }
        if (account.answered() == 0 && !hindrance.isEmpty()) {
            throw new CommandFailed("receiver=" + receiver + ": " + hindrance + " within wait="
                    + Quantity.typed(silence) + ", say why " + receiver);
        }
    }

    /** Sends until the window or the receiver is full; returns what the last one was told. */
    private long burst(IpcaService ipca, int count) {
        int number = ipca.number(receiver);
        checkSize(ipca.recordLimit(number));
        long outcome = 0;
        while (outcome >= 0 && next < count && account.onTheirWay() < window) {
            payload.set(WORD, 16, next);
            payload.set(WORD, 24, System.nanoTime());
            outcome = ipca.send(number, payload, Delivery.TRY);
            if (outcome >= 0) {
                account.sent();
                next++;
            }
        }
        return outcome;
    }

    private void checkSize(int limit) {
        if (limit > 0 && payload.byteSize() > limit) {
            throw new CommandFailed("size=" + payload.byteSize() + " is more than a record of "
                    + receiver + " takes: at most " + limit);
        }
    }

    /** Whether the message belongs to this ping; called on the console's processor. */
    @Override
    public boolean test(Message message) {
        if (message.length() < HEADER_BYTES || message.getLong(0) != MARK
                || message.getLong(8) != session) {
            return false;
        }
        long number = message.getLong(16);
        if (number < 0 || number > Integer.MAX_VALUE || message.length() != payload.byteSize()
                || !sameFiller(message.payload())) {
            account.damaged();
        } else {
            account.answered((int) number, System.nanoTime() - message.getLong(24));
        }
        return true;
    }

    private boolean sameFiller(MemorySegment other) {
        return MemorySegment.mismatch(payload, HEADER_BYTES, payload.byteSize(), other,
                HEADER_BYTES, other.byteSize()) < 0;
    }
}
