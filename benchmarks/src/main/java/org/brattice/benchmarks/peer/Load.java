package org.brattice.benchmarks.peer;

/**
 * What a line is to carry.
 *
 * @param senders how many
 * @param bytes of a message, at least 16
 * @param parks whether a sender that finds no room parks, instead of asking again
 * @param sleeps whether the receiver sleeps when there is nothing to read
 */
public record Load(int senders, int bytes, boolean parks, boolean sleeps) {
    private static final int RING = 1 << 20;
    private static final int LARGE_RING = 16 << 20;

    /** Bytes of the buffer between them: the same for every peer that has one. */
    public int ring() {
        return bytes > RING / 16 ? LARGE_RING : RING;
    }

    /** Places for messages, where a peer has those instead of a buffer of bytes. */
    public int slots() {
        return Math.max(8, Integer.highestOneBit(ring() / bytes));
    }

    /** Whether there are more threads than processors. */
    public boolean crowded() {
        return senders + 1 > Runtime.getRuntime().availableProcessors();
    }
}
