package org.brattice.hypervisor.memory;

/**
 * How much of the hypervisor's memory its stores have.
 *
 * @param retry bytes of the messages set aside until their handlers take them
 * @param letters bytes of the payloads of dead letters
 * @param letterLimit bytes of the largest payload that is kept with its dead letter
 * @param faults bytes of the fault log
 * @param moves bytes of the move journal
 */
public record StoreSizes(long retry, long letters, long letterLimit, long faults, long moves) {
    public static final long STEP = 4 << 10;
    public static final long MAX = 1 << 30;

    private static final long USUAL_LEAST = 16 << 10;
    private static final long USUAL_STORE = 4 << 20;
    private static final long USUAL_LIMIT = 64 << 10;
    private static final long USUAL_FAULTS = 1 << 20;
    private static final long USUAL_MOVES = 128 << 10;

    public StoreSizes {
        check("retry.store", retry);
        check("dead.letters", letters);
        check("fault.log", faults);
        check("move.journal", moves);
        if (letterLimit < 0 || letterLimit > letters) {
            throw new IllegalArgumentException("dead.letter.limit=" + Size.text(letterLimit)
                    + " must be at most dead.letters=" + Size.text(letters));
        }
    }

    private static void check(String key, long size) {
        if (size < STEP || size > MAX || size % STEP != 0) {
            throw new IllegalArgumentException(key + "=" + Size.text(size)
                    + " must be a multiple of " + Size.text(STEP) + ", at most "
                    + Size.text(MAX));
        }
    }

    /** What is taken when the description says nothing: a small part of a small frame. */
    public static StoreSizes usual(long memory) {
        long letters = usualLetters(memory);
        return new StoreSizes(usualRetry(memory), letters, usualLimit(letters),
                usualFaults(memory), usualMoves(memory));
    }

    static long usualRetry(long memory) {
        return part(memory, 64, USUAL_STORE);
    }

    static long usualLetters(long memory) {
        return part(memory, 64, USUAL_STORE);
    }

    static long usualLimit(long letters) {
        return Math.min(USUAL_LIMIT, letters / 4);
    }

    static long usualFaults(long memory) {
        return part(memory, 256, USUAL_FAULTS);
    }

    static long usualMoves(long memory) {
        return part(memory, 1024, USUAL_MOVES);
    }

    private static long part(long memory, int divisor, long limit) {
        return Math.clamp(memory / divisor & -STEP, USUAL_LEAST, limit);
    }
}
