package org.brattice.hypervisor.vsr;

/**
 * What a receiver's scanner tells the sources of the records that it is done with: behind the read mark,
 * before their room is free. One thread.
 */
final class Answers {
    private final Vsr vsr;
    private final Peers peers;
    private final int index;
    private final int receiver;
    private final Tracks tracks;
    private final TracksRead tracked;

    Answers(Vsr vsr, Peers peers, int index, int receiver, Tracks tracks, TracksRead tracked) {
        this.vsr = vsr;
        this.peers = peers;
        this.index = index;
        this.receiver = receiver;
        this.tracks = tracks;
        this.tracked = tracked;
    }

    /** A record was read: told to those who asked for it. */
    void read(int flags, int source, long position) {
        if ((flags & (RecordLayout.NOTIFY | RecordLayout.TRACK)) == 0 || !vsr.known(source)) {
            return;
        }
        long track = track(flags, source, position);
        if (track == Tracks.NONE) {
            peers.read(vsr.index(source), index, position);
        } else {
            tracks.read(track);
            peers.read(vsr.index(source), index, position);
            tracks.acknowledged(track);
            tracked.add(track, position);
        }
        vsr.ring(source);
    }

    /** A record was given up: told to every source, because that is nothing to expect. */
    void gaveUp(int flags, int source, long position) {
        if (!vsr.known(source)) {
            return;
        }
        long track = track(flags, source, position);
        if (track != Tracks.NONE) {
            tracks.givenUp(track);
        }
        peers.gaveUp(vsr.index(source), index, position);
        vsr.ring(source);
    }

    private long track(int flags, int source, long position) {
        return (flags & RecordLayout.TRACK) == 0
                ? Tracks.NONE
                : tracks.find(vsr.index(source), receiver, position);
    }

    /** The room of all that was read is free. */
    void deleted() {
        if (tracked.any()) {
            tracked.deleted();
        }
    }
}
