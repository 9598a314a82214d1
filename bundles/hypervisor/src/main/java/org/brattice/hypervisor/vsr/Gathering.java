package org.brattice.hypervisor.vsr;

/**
 * How long a scanner pauses that has caught up with writers who go on. A scanner that looks at each record
 * while it is written takes the record's line out of the writer's cache several times a message, which
 * costs both far more than the message. So it lets messages gather: the faster they come, the longer it
 * pauses; when they come singly it does not pause at all. One thread.
 */
final class Gathering {
    /** In calls of {@link Thread#onSpinWait}: below a microsecond, and some twelve, where that takes 30 ns. */
    private static final int LEAST = 24;
    private static final int MOST = 384;
    /** Messages after which a pause is tried: more each time that it was in vain. */
    private static final int TRY_AFTER = 256;
    private static final int TRY_AFTER_MOST = 1 << 16;
    /** Messages by pause that make the next one longer, or shorter. */
    private static final int MANY = 3;
    private static final int FEW = 6;

    private int length;
    private int found;
    private int tryAfter = TRY_AFTER;

    /** So many messages were read by one scan. */
    void found(int messages) {
        found += messages;
    }

    /** There is nothing to read at this moment: pauses, or does not. */
    void pause() {
        length = next();
        for (int pause = 0; pause < length; pause++) {
            Thread.onSpinWait();
        }
    }

    /** How long the pause is to be, after what was found since the last one. */
    int next() {
        if (length == 0 && found < tryAfter) {
            return 0;
        }
        int messages = found;
        found = 0;
        if (length == 0) {
            return LEAST;
        }
        if (messages >= length / MANY) {
            tryAfter = TRY_AFTER;
            return Math.min(MOST, 2 * length);
        }
        if (messages >= length / FEW) {
            tryAfter = TRY_AFTER;
            return length;
        }
        if (length > LEAST) {
            return length / 2;
        }
        if (messages > 1) {
            return LEAST;
        }
        tryAfter = Math.min(TRY_AFTER_MOST, 2 * tryAfter);
        return 0;
    }

    /** How long the last pause was. */
    int length() {
        return length;
    }
}
