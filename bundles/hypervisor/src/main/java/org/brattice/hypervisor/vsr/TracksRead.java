package org.brattice.hypervisor.vsr;

import java.util.Arrays;

/** The tracked messages that one scanner has read and whose room is not yet free. One thread. */
final class TracksRead {
    private final Tracks tracks;
    private final int receiver;
    private long[] entries = new long[8];
    private long[] positions = new long[8];
    private int count;

    TracksRead(Tracks tracks, int receiver) {
        this.tracks = tracks;
        this.receiver = receiver;
    }

    void add(long entry, long position) {
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, 2 * count);
            positions = Arrays.copyOf(positions, 2 * count);
        }
        entries[count] = entry;
        positions[count++] = position;
    }

    boolean any() {
        return count != 0;
    }

    /** All of them are deleted. */
    void deleted() {
        for (int i = 0; i < count; i++) {
            tracks.deleted(entries[i], receiver, positions[i]);
        }
        count = 0;
    }
}
