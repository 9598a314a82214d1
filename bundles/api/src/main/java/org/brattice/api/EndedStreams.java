package org.brattice.api;

/** The messages in chunks that ended last: chunks of theirs that still come are of no interest. */
final class EndedStreams {
    private static final int LIMIT = 64;
    private final long[] streams = new long[LIMIT];
    private int next;

    void add(long stream) {
        streams[next++ % LIMIT] = stream;
    }

    boolean contains(long stream) {
        for (long ended : streams) {
            if (ended == stream) {
                return true;
            }
        }
        return false;
    }
}
