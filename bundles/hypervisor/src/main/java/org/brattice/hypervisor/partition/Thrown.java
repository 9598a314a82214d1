package org.brattice.hypervisor.partition;

/**
 * What partition code threw, in words. It is partition code itself, so what describes it may throw too:
 * then its class alone is told.
 */
final class Thrown {
    private static final int FRAMES = 8;

    private Thrown() {}

    /** As it describes itself. */
    static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (Throwable e) {
            return thrown.getClass().getName();
        }
    }

    /** The head of its stack trace, a line a frame; empty when there is none. */
    static String head(Throwable thrown) {
        StringBuilder head = new StringBuilder();
        try {
            StackTraceElement[] trace = thrown.getStackTrace();
            for (int i = 0; i < Math.min(FRAMES, trace.length); i++) {
                head.append(i == 0 ? "" : "\n").append("at ").append(trace[i]);
            }
        } catch (Throwable e) {
            head.append("no stack trace: ").append(e.getClass().getName());
        }
        return head.toString();
    }
}
