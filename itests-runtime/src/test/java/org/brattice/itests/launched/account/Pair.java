package org.brattice.itests.launched.account;

import java.lang.foreign.MemorySegment;

/**
 * The account of one sender and one receiver. Messages are numbered from 1 without gaps.
 *
 * <p>The sender notes a number before it sends it and when it is told that it was sent: a number that was
 * never reported is in doubt when the process has ended in between, may come or not, and is never sent
 * again. The receiver notes what it has handled: everything else that is missing was lost, and everything
 * that comes twice must be the message that was in flight, marked as offered again.
 */
public final class Pair {
    private static final long SENDING = 0;
    private static final long SENT = 8;
    private static final long DOUBTS = 16;
    private static final long NOTIFIED = 24;
    private static final long ACKNOWLEDGED = 32;
    private static final long EARLY = 40;
    private static final long LAST = 128;
    private static final long LAST_POSITION = 136;
    private static final long OFFERED_AGAIN = 144;
    private static final long MISSING = 152;
    private static final long REPEATED = 160;
    private static final long DISORDERED = 168;
    private static final long DAMAGED = 176;
    private static final long UNSENT = 184;
    private static final long THROWN = 192;
    private static final long WHOLE = 200;
    private static final long FIRST_WRONG = 256;
    private static final long DOUBT = 4096;
    private final MemorySegment memory;
    private final int sender;
    private final int receiver;

    Pair(MemorySegment memory, int sender, int receiver) {
        this.memory = memory;
        this.sender = sender;
        this.receiver = receiver;
    }

    private long get(long word) {
        return Accounts.get(memory, word);
    }

    private void set(long word, long value) {
        Accounts.set(memory, word, value);
    }

    private void add(long word) {
        set(word, get(word) + 1);
    }

    // The sender's part

    /** The first number of a boot: behind the one in doubt, if there is one. */
    long begin() {
        long sending = get(SENDING);
        if (sending != get(SENT)) {
            long doubts = get(DOUBTS);
            set(DOUBT + doubts % doubtLimit() * Long.BYTES, sending);
            set(DOUBTS, doubts + 1);
            set(SENT, sending);
        }
        return sending + 1;
    }

    private long doubtLimit() {
        return (memory.byteSize() - DOUBT) / Long.BYTES;
    }

    void sending(long number) {
        set(SENDING, number);
    }

    void sent(long number, long position, boolean notified) {
        if (notified) {
            set(NOTIFIED, position);
        }
        set(SENT, number);
    }

    /** The receiver is said to have read up to a position. */
    void acknowledged(long position) {
        if (position > get(LAST_POSITION)) {
            add(EARLY);
        }
        set(ACKNOWLEDGED, position);
    }

    private boolean inDoubt(long number) {
        for (long i = 0; i < Math.min(get(DOUBTS), doubtLimit()); i++) {
            if (get(DOUBT + i * Long.BYTES) == number) {
                return true;
            }
        }
        return false;
    }

    // The receiver's part

    void thrown() {
        add(THROWN);
    }

    void damaged(long number) {
        wrong(DAMAGED, number, 0, 0);
    }

    /** Enters a message that is being handled. */
    void handled(long number, long position, int attempt, boolean chunked) {
        long last = get(LAST);
        if (number <= last) {
            if (number == last && position == get(LAST_POSITION) && attempt > 1) {
                add(OFFERED_AGAIN);
            } else {
                wrong(REPEATED, number, position, attempt);
            }
            return;
        }
        for (long between = last + 1; between < number; between++) {
            if (inDoubt(between)) {
                add(UNSENT);
            } else {
                wrong(MISSING, between, position, attempt);
            }
        }
        if (position < get(LAST_POSITION)) {
            wrong(DISORDERED, number, position, attempt);
        }
        if (chunked) {
            add(WHOLE);
        }
        set(LAST_POSITION, position);
        set(LAST, number);
    }

    private void wrong(long counter, long number, long position, long attempt) {
        if (wrong() == 0) {
            long[] details = {counter, number, position, attempt, get(LAST), get(LAST_POSITION),
                    get(SENDING), get(SENT), get(DOUBTS)};
            for (int i = 0; i < details.length; i++) {
                set(FIRST_WRONG + i * Long.BYTES, details[i]);
            }
        }
        add(counter);
    }

    // What the test looks at

    /** Messages handled for the first time. */
    public long last() {
        return get(LAST);
    }

    /** Whether all that was sent is handled, and acknowledged as far as that was asked for. */
    public boolean settled() {
        return get(LAST) == get(SENT) && get(SENDING) == get(SENT)
                && get(ACKNOWLEDGED) >= get(NOTIFIED);
    }

    /** Messages that were in flight when the process ended, and came again. */
    public long offeredAgain() {
        return get(OFFERED_AGAIN);
    }

    /** Handlers that threw. */
    public long throwing() {
        return get(THROWN);
    }

    /** Messages handled that came in chunks. */
    public long whole() {
        return get(WHOLE);
    }

    /** Sends that the end of the process left without an answer. */
    public long doubts() {
        return get(DOUBTS);
    }

    /** Whatever must never happen. */
    public long wrong() {
        return get(MISSING) + get(REPEATED) + get(DISORDERED) + get(DAMAGED) + get(EARLY);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("sender=" + sender + " receiver=" + receiver
                + " sending=" + get(SENDING) + " sent=" + get(SENT) + " handled=" + get(LAST)
                + " missing=" + get(MISSING) + " repeated=" + get(REPEATED) + " disordered="
                + get(DISORDERED) + " damaged=" + get(DAMAGED) + " early=" + get(EARLY)
                + " offered-again=" + get(OFFERED_AGAIN) + " in-doubt=" + get(DOUBTS)
                + " in-doubt-unsent=" + get(UNSENT) + " thrown=" + get(THROWN) + " chunked="
                + get(WHOLE) + " notified=" + get(NOTIFIED) + " acknowledged="
                + get(ACKNOWLEDGED));
        if (wrong() != 0) {
            text.append(" first-wrong: counter number position attempt last last-position sending"
                    + " sent doubts:");
            for (int i = 0; i < 9; i++) {
                text.append(' ').append(get(FIRST_WRONG + i * Long.BYTES));
            }
        }
        return text.toString();
    }
}
