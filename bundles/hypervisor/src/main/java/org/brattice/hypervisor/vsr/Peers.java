package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * What the receivers of a partition's messages have read (S6): a word per peer in the partition's page,
 * the position read plus one, cumulative, so that it needs no room and no lease. Each word is written
 * by the scanner of that peer alone; the notices are bits set by many and taken by the partition.
 */
final class Peers {
    /** Of the word beside: the message given up last, until the source has heard of it. */
    private static final long GIVEN_UP = 8;

    private final MemorySegment tables;
    private final FrameLayout layout;

    Peers(MemorySegment tables, FrameLayout layout) {
        this.tables = tables;
        this.layout = layout;
    }

    /** Told of each peer that has read, has given up, or has room. */
    interface Listener {
        void read(int peerIndex, long position);

        default void gaveUp(int peerIndex, long position) {}

        /** It has room for what found none. */
        default void room(int peerIndex) {}
    }

    private long word(int source, int peer) {
        return layout.page(source) + FrameLayout.PAGE_PEERS + peer * FrameLayout.PEER_SIZE;
    }

    /** The scanner of a peer notes that it has read up to a position. */
    void read(int source, int peer, long position) {
        // What was put back from the dead letters is older than what was read since.
        if (position > readBy(source, peer)) {
            Word.release(tables, word(source, peer), position + 1);
        }
        notice(source, peer);
    }

    /** The scanner of a peer notes that it has given up a message. */
    void gaveUp(int source, int peer, long position) {
        Word.release(tables, word(source, peer) + GIVEN_UP, position + 1);
        notice(source, peer);
    }

    /** A peer has room for what a partition could not send: to be heard by its scan. */
    void room(int source, int peer) {
        notice(source, peer, FrameLayout.PAGE_ROOM_SUMMARY, FrameLayout.PAGE_ROOM);
    }

    private void notice(int source, int peer) {
        notice(source, peer, FrameLayout.PAGE_SUMMARY, FrameLayout.PAGE_NOTICES);
    }

    private void notice(int source, int peer, long summary, long notices) {
        long page = layout.page(source);
        Word.getAndOr(tables, page + notices + (peer >>> 6) * 8L, 1L << peer);
        Word.getAndOr(tables, page + summary, 1L << (peer >>> 6));
    }

    /** The position up to which a peer has read, or -1. */
    long readBy(int source, int peer) {
        return Word.acquire(tables, word(source, peer)) - 1;
    }

    boolean noticed(int source) {
        return Word.opaque(tables, layout.page(source) + FrameLayout.PAGE_SUMMARY) != 0;
    }

    boolean roomNoticed(int source) {
        return Word.opaque(tables, layout.page(source) + FrameLayout.PAGE_ROOM_SUMMARY) != 0;
    }

    /** Takes the notices. */
    int hear(int source, Listener listener) {
        return hear(source, FrameLayout.PAGE_SUMMARY, FrameLayout.PAGE_NOTICES,
                listener);
    }

    /** Takes the notices of room. */
    int hearRoom(int source, Listener listener) {
        return hear(source, FrameLayout.PAGE_ROOM_SUMMARY, FrameLayout.PAGE_ROOM, listener);
    }

    private int hear(int source, long summary, long notices, Listener listener) {
        long page = layout.page(source);
        int heard = 0;
        long words = Word.getAndSet(tables, page + summary, 0);
        for (; words != 0; words &= words - 1) {
            int word = Long.numberOfTrailingZeros(words);
            long bits = Word.getAndSet(tables, page + notices + word * 8L, 0);
            for (; bits != 0; bits &= bits - 1) {
                int peer = word * 64 + Long.numberOfTrailingZeros(bits);
                if (peer < layout.partitions()) {
                    if (notices == FrameLayout.PAGE_ROOM) {
                        listener.room(peer);
                    } else {
                        tell(source, peer, listener);
                    }
                    heard++;
                }
            }
        }
        return heard;
    }

    private void tell(int source, int peer, Listener listener) {
        long givenUp = Word.acquire(tables, word(source, peer) + GIVEN_UP);
        if (givenUp != 0) {
            listener.gaveUp(peer, givenUp - 1);
            // Told first: were the process killed behind the clearing, nobody would hear of it.
            Word.compareAndSet(tables, word(source, peer) + GIVEN_UP, givenUp, 0);
        }
        long read = readBy(source, peer);
        if (read >= 0) {
            listener.read(peer, read);
        }
    }
}
