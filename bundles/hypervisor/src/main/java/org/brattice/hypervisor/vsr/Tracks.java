package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Optional;

import org.brattice.api.Tracking;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * What has become of the messages that their senders track: a table in each sender's page, so that no
 * sender looks into a record. An entry is taken by the sender before it sends, learns its position before
 * the record is committed, and is found by receiver and position by the receiver's scanner, which alone
 * stores what becomes of it.
 */
final class Tracks {
    static final long NONE = -1;
    private static final long RECEIVER = 0;
    private static final long POSITION = 8;
    private static final long SENT = 16;
    private static final long READ = 24;
    private static final long ACKNOWLEDGED = 32;
    private static final long DELETED = 40;
    private static final long GIVEN_UP = 48;
    /** In the receiver's word: its other words are being set. */
    private static final long TAKEN = 1L << 32;
    private static final long NO_POSITION = -1;

    private final MemorySegment tables;
    private final FrameLayout layout;

    /** Of all partitions, through a view. */
    Tracks(MemorySegment tables, FrameLayout layout) {
        this.tables = tables;
        this.layout = layout;
    }

    /** Where the records of a partition's IPCA are, to an attaching process. */
    interface Ends {
        /** The position behind its last record, or -1 when there is no such partition. */
        long end(int receiver);

        /** The position of its first record. */
        long head(int receiver);
    }

    private long entry(int source, int number) {
        return layout.page(source) + FrameLayout.PAGE_TRACKS + number * FrameLayout.TRACK_SIZE;
    }

    private long word(long entry, long word) {
        return Word.acquire(tables, entry + word);
    }

    private void now(long entry, long word) {
        Word.release(tables, entry + word, System.currentTimeMillis());
    }

    private boolean finished(long entry) {
        return word(entry, DELETED) != 0 || word(entry, GIVEN_UP) != 0;
    }

    /** Takes a free entry, or the oldest finished one; {@link #NONE} when all are on their way. */
    long take(int source, int receiver) {
        while (true) {
            long entry = reusable(source);
            if (entry == NONE) {
                return NONE;
            }
            long before = word(entry, RECEIVER);
            if ((before & TAKEN) == 0 && (before == 0 || finished(entry))
                    && Word.compareAndSet(tables, entry + RECEIVER, before, receiver | TAKEN)) {
                Word.opaque(tables, entry + POSITION, NO_POSITION);
                for (long word = READ; word < FrameLayout.TRACK_SIZE; word += Long.BYTES) {
                    Word.opaque(tables, entry + word, 0);
                }
                now(entry, SENT);
                Word.release(tables, entry + RECEIVER, receiver);
                return entry;
            }
        }
    }

    private long reusable(int source) {
        long oldest = NONE;
        for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
            long entry = entry(source, i);
            long receiver = word(entry, RECEIVER);
            if (receiver == 0) {
                return entry;
            }
            if ((receiver & TAKEN) == 0 && finished(entry)
                    && (oldest == NONE || word(entry, SENT) < word(oldest, SENT))) {
                oldest = entry;
            }
        }
        return oldest;
    }

    /** In the section, before the record is committed: once it is, it may be read before its sender goes on. */
    static void sent(MemorySegment tables, long entry, long position) {
        Word.opaque(tables, entry + SENT, System.currentTimeMillis());
        Word.opaque(tables, entry + POSITION, position);
    }

    /** Nothing was sent. */
    void free(long entry) {
        Word.opaque(tables, entry + POSITION, NO_POSITION);
        Word.release(tables, entry + RECEIVER, 0);
    }

    /** The entry of a message, or {@link #NONE} when its sender no longer tracks it. */
    long find(int source, int receiver, long position) {
        for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
            long entry = entry(source, i);
            if (is(entry, receiver, position)) {
                return entry;
            }
        }
        return NONE;
    }

    private boolean is(long entry, int receiver, long position) {
        return word(entry, RECEIVER) == receiver && word(entry, POSITION) == position;
    }

    /** The read mark has passed it. */
    void read(long entry) {
        now(entry, READ);
    }

    /** The acknowledgement is stored. */
    void acknowledged(long entry) {
        now(entry, ACKNOWLEDGED);
    }

    /** Its room is free. */
    void deleted(long entry, int receiver, long position) {
        if (is(entry, receiver, position)) {
            now(entry, DELETED);
        }
    }

    /** Its receiver has given it up. */
    void givenUp(long entry) {
        now(entry, GIVEN_UP);
    }

    /** Notes what was read at these positions and is not yet deleted. All senders. */
    void read(int receiver, long from, long to, TracksRead read) {
        for (int source = 0; source < layout.partitions(); source++) {
            for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
                long entry = entry(source, i);
                long position = word(entry, POSITION);
                // What was set aside has passed the read mark and was not read.
                if (word(entry, RECEIVER) == receiver && position >= from && position < to
                        && word(entry, READ) != 0 && !finished(entry)) {
                    read.add(entry, position);
                }
            }
        }
    }

    /** Whatever was sent to these positions and is not yet read never will be. All senders. */
    void lost(int receiver, long from, long to) {
        for (int source = 0; source < layout.partitions(); source++) {
            for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
                long entry = entry(source, i);
                long position = word(entry, POSITION);
                if (word(entry, RECEIVER) == receiver && position >= from && position < to
                        && !finished(entry)) {
                    now(entry, word(entry, READ) == 0 ? GIVEN_UP : DELETED);
                }
            }
        }
    }

    /** What an earlier process has read and not yet noted. Doing it twice changes nothing. */
    void redo(int source, int receiver, long position) {
        long entry = find(source, receiver, position);
        if (entry != NONE && !finished(entry)) {
            for (long word : new long[]{READ, ACKNOWLEDGED, DELETED}) {
                if (word(entry, word) == 0) {
                    now(entry, word);
                }
            }
        }
    }

    /** After a restart: what was not committed is not on its way, and what was deleted is noted. */
    void attach(int source, Ends ends) {
        for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
            long entry = entry(source, i);
            long receiver = word(entry, RECEIVER);
            long position = word(entry, POSITION);
            long end = receiver == (int) receiver ? ends.end((int) receiver) : NONE;
            if (receiver != 0 && !finished(entry)) {
                if (position < 0 || position >= end) {
                    free(entry);
                } else if (position < ends.head((int) receiver) && word(entry, READ) != 0) {
                    now(entry, DELETED);
                }
            }
        }
    }

    /** What a sender is told. */
    Optional<Tracking> look(int source, int receiver, long position) {
        long entry = position < 0 ? NONE : find(source, receiver, position);
        if (entry == NONE) {
            return Optional.empty();
        }
        // The last step first: one that is seen has those in front of it.
        long deleted = word(entry, DELETED);
        long givenUp = word(entry, GIVEN_UP);
        long acknowledged = word(entry, ACKNOWLEDGED);
        long read = word(entry, READ);
        long sent = word(entry, SENT);
        // Another processor of the sender may have taken the entry for another message meanwhile.
        return is(entry, receiver, position)
                ? Optional.of(new Tracking(receiver, position,
                        state(read, acknowledged, deleted, givenUp), moment(sent, 0),
                        moment(read, sent), moment(acknowledged, Math.max(read, sent)),
                        moment(deleted, Math.max(acknowledged, Math.max(read, sent))),
                        moment(givenUp, sent)))
                : Optional.empty();
    }

    private static Tracking.State state(long read, long acknowledged, long deleted,
            long givenUp) {
        if (givenUp != 0) {
            return Tracking.State.GIVEN_UP;
        }
        if (deleted != 0) {
            return Tracking.State.DELETED;
        }
        if (acknowledged != 0) {
            return Tracking.State.ACKNOWLEDGED;
        }
        return read != 0 ? Tracking.State.READ : Tracking.State.NEW;
    }

    /** Not before the step in front of it: the clock of the host may have been put back between the two. */
    private static Instant moment(long millis, long before) {
        return millis == 0 ? null : Instant.ofEpochMilli(Math.max(millis, before));
    }
}
