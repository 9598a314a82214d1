package org.brattice.benchmarks.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the receiver has read, checked message by message: the first word names sender and running
 * number, the last is its inverse. Written by the receiver's thread alone.
 */
public final class Receipt implements Intake {
    private static final int SENDER_SHIFT = 48;
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(Receipt.class, "count", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] next;
    private long count;
    private volatile String broken;

    /** For so many senders. */
    public Receipt(int senders) {
        next = new long[senders];
        for (int i = 0; i < senders; i++) {
            next[i] = word(i, 0);
        }
    }

    /** The word that a sender's message begins with. */
    public static long word(int sender, long number) {
        return (long) sender << SENDER_SHIFT | number;
    }

    @Override
    public void take(long first, long last) {
        int sender = (int) (first >>> SENDER_SHIFT);
        if (next[sender] != first || last != ~first) {
            broken = "first=" + Long.toHexString(first) + " last=" + Long.toHexString(last)
                    + " where first=" + Long.toHexString(next[sender]) + " was due";
            throw new IllegalStateException(broken);
        }
        next[sender] = first + 1;
        COUNT.setOpaque(this, count + 1);
    }

    /** Messages read so far. Any thread. */
    public long count() {
        if (broken != null) {
            throw new IllegalStateException("a message was lost or changed: " + broken);
        }
        return (long) COUNT.getOpaque(this);
    }
}
