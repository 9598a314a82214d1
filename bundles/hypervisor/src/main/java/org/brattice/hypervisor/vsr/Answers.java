package org.brattice.hypervisor.vsr;

/** What a receiver's scanner tells the sources of the records that it is done with. One thread. */
final class Answers {
    private final Vsr vsr;
    private final Peers peers;
    private final int index;

    Answers(Vsr vsr, Peers peers, int index) {
        this.vsr = vsr;
        this.peers = peers;
        this.index = index;
    }

    /** A record was read: told to those who asked for it. */
    void read(int flags, int source, long position) {
        if ((flags & RecordLayout.NOTIFY) != 0 && vsr.known(source)) {
            peers.read(vsr.index(source), index, position);
            vsr.ring(source);
        }
    }

    /** A record was given up: told to every source, because that is nothing to expect. */
    void gaveUp(int source, long position) {
        if (vsr.known(source)) {
            peers.gaveUp(vsr.index(source), index, position);
            vsr.ring(source);
        }
    }
}
