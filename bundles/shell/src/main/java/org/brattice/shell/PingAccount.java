package org.brattice.shell;

import java.time.Duration;
import java.util.BitSet;

/**
 * The account of one ping: every number that was sent is to come back once. One thread sends, the
 * console's event scan answers.
 */
final class PingAccount {
    private final BitSet answers = new BitSet();
    private long sent;
    private long answered;
    private long repeated;
    private long outOfOrder;
    private long damaged;
    private int highest = -1;
    private long leastNanos = Long.MAX_VALUE;
    private long mostNanos;
    private long sumNanos;

    /** The next message has been sent. */
    synchronized void sent() {
        sent++;
    }

    /**
     * A message has come back. It may do so before {@link #sent} is called for it.
     *
     * @param number of the message, from 0
     * @param nanos since it was sent
     */
    synchronized void answered(int number, long nanos) {
        if (answers.get(number)) {
            repeated++;
            return;
        }
        answers.set(number);
        answered++;
        outOfOrder += number < highest ? 1 : 0;
        highest = Math.max(highest, number);
        leastNanos = Math.min(leastNanos, nanos);
        mostNanos = Math.max(mostNanos, nanos);
        sumNanos += nanos;
        notifyAll();
    }

    /** A message has come back that is not what was sent. */
    synchronized void damaged() {
        damaged++;
    }

    /** Waits until at most so many are on their way, or an answer more than so many has come. */
    synchronized void await(long onTheirWay, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        long left = limit.toNanos();
        while (sent - answered > onTheirWay && left > 0) {
            wait(Duration.ofNanos(left).toMillis() + 1);
            left = deadline - System.nanoTime();
        }
    }

    synchronized long onTheirWay() {
        return sent - answered;
    }

    synchronized long answered() {
        return answered;
    }

    synchronized long lost() {
        return sent - answered;
    }

    synchronized String progress() {
        return "sent=" + sent + " answered=" + answered;
    }

    synchronized String summary(Duration time) {
        double seconds = Math.max(time.toNanos(), 1) / 1e9;
        return "sent=" + sent + " answered=" + answered + " lost=" + lost() + " repeated="
                + repeated + " out-of-order=" + outOfOrder
                + (damaged > 0 ? " damaged=" + damaged : "")
                + " seconds=%.3f rate=%.0f/s".formatted(seconds, answered / seconds)
                + (answered > 0
                        ? " round-trip-micros least=%.1f mean=%.1f most=%.1f".formatted(
                                leastNanos / 1e3, sumNanos / 1e3 / answered, mostNanos / 1e3)
                        : "");
    }
}
