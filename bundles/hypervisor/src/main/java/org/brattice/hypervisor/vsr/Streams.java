package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.Set;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * The chunked messages on their way to one partition (S8): a fixed table in its page, because a state
 * that needed a record could find no room. An entry is a word {@code id | sender's row | state}, the
 * sender's number, and the position of the last committed chunk before the final one.
 *
 * <p>The sender opens an entry by compare-and-set, and completes or aborts it; the receiver refuses it by
 * compare-and-set, and frees it with the final chunk or when it has heard of the abort.
 */
final class Streams {
    static final int NONE = -1;
    private static final long FREE = 0;
    /** All of it is committed: it is sent, and whatever becomes of the sender aborts it no more. */
    private static final long COMPLETE = 0;
    private static final long OPEN = 1;
    private static final long ABORTED = 2;
    private static final long REFUSED = 3;
    private static final int STATE_BITS = 2;
    private static final int SENDER_BITS = 12;
    private static final int ID_SHIFT = STATE_BITS + SENDER_BITS;
    private static final long SOURCE = 8;
    private static final long LAST = 16;

    private final MemorySegment tables;
    private final long page;

    /** Of a partition's page, through a view. */
    Streams(MemorySegment tables, long page) {
        this.tables = tables;
        this.page = page;
    }

    /** Told what the receiver has to hear. */
    interface Listener {
        void aborted(int source, long stream);
    }

    private long at(long entry) {
        return page + FrameLayout.PAGE_STREAMS + entry * FrameLayout.STREAM_SIZE;
    }

    /** A new message's entry, or {@link #NONE} when there are too many on their way. */
    int open(int source, int row) {
        for (int entry = 0; entry < FrameLayout.STREAM_LIMIT; entry++) {
            if (Word.opaque(tables, at(entry)) == FREE) {
                long id = 1 + Word.getAndAdd(tables, page + FrameLayout.PAGE_NEXT_STREAM, 1);
                if (Word.compareAndSet(tables, at(entry), FREE,
                        id << ID_SHIFT | (long) row << STATE_BITS | OPEN)) {
                    Word.opaque(tables, at(entry) + SOURCE, source);
                    Word.opaque(tables, at(entry) + LAST, -1);
                    return entry;
                }
            }
        }
        return NONE;
    }

    /** The id of the message in an entry that its sender holds. */
    long id(long entry) {
        return Word.acquire(tables, at(entry)) >>> ID_SHIFT;
    }

    /** The word of an entry that a record names: of a damaged one, that of no message. */
    private long word(long entry) {
        return entry >= 0 && entry < FrameLayout.STREAM_LIMIT
                ? Word.acquire(tables, at(entry))
                : FREE;
    }

    /** Changes the state of an entry that still holds a message in the state expected. */
    private boolean change(long entry, long id, long from, long to) {
        long word = word(entry);
        return word != FREE && word >>> ID_SHIFT == id && (word & 3) == from
                && Word.compareAndSet(tables, at(entry), word, word & ~3L | to);
    }

    /** Whether somebody wants its next chunk. */
    boolean open(long entry, long id) {
        long word = Word.acquire(tables, at(entry));
        return word >>> ID_SHIFT == id && (word & 3) == OPEN;
    }

    /** Its final chunk is committed. */
    void complete(long entry, long id) {
        change(entry, id, OPEN, COMPLETE);
    }

    /** Notes the position of a committed chunk. */
    void committed(long entry, long position) {
        Word.opaque(tables, at(entry) + LAST, position);
    }

    /** The sender sends no more; frees the entry when it had been refused, else the receiver hears. */
    void abort(long entry, long id) {
        if (change(entry, id, OPEN, ABORTED)) {
            Word.release(tables, page + FrameLayout.PAGE_STREAMS_DIRTY, 1);
        } else {
            long word = Word.acquire(tables, at(entry));
            if (word >>> ID_SHIFT == id && (word & 3) == REFUSED) {
                Word.compareAndSet(tables, at(entry), word, FREE);
            }
        }
    }

    /** Aborts all messages that a sender has begun and, having ended, can no longer complete. */
    boolean abortAll(int row) {
        boolean any = false;
        for (int entry = 0; entry < FrameLayout.STREAM_LIMIT; entry++) {
            long word = Word.acquire(tables, at(entry));
            long sender = word >>> STATE_BITS & (1 << SENDER_BITS) - 1;
            if (sender == row && ((word & 3) == OPEN || (word & 3) == REFUSED)) {
                abort(entry, word >>> ID_SHIFT);
                any = true;
            }
        }
        return any;
    }

    /**
     * After a restart no sender is left: what is not complete is aborted. Doing it twice changes nothing.
     *
     * @param end of the chain of records
     * @param complete ids of the messages whose final chunk lies there unread
     */
    void attach(long end, Set<Long> complete) {
        for (int entry = 0; entry < FrameLayout.STREAM_LIMIT; entry++) {
            long word = Word.acquire(tables, at(entry));
            long id = word >>> ID_SHIFT;
            if (word != FREE && !complete.contains(id)) {
                change(entry, id, COMPLETE, ABORTED);
                abort(entry, id);
            } else {
                complete(entry, id);
            }
            if (Word.opaque(tables, at(entry) + LAST) >= end) {
                Word.opaque(tables, at(entry) + LAST, -1);
            }
        }
        // Also for those aborted earlier: the process may have ended between flag and word.
        Word.release(tables, page + FrameLayout.PAGE_STREAMS_DIRTY, 1);
    }

    /** Whether the receiver still takes chunks of it. */
    boolean wanted(long entry, long id) {
        long word = word(entry);
        return word != FREE && word >>> ID_SHIFT == id && (word & 3) != REFUSED;
    }

    void refuse(long entry, long id) {
        change(entry, id, OPEN, REFUSED);
    }

    /** The receiver begins anew, and what was committed lies elsewhere: nobody gets any of these messages. */
    void drop() {
        for (int entry = 0; entry < FrameLayout.STREAM_LIMIT; entry++) {
            long id = id(entry);
            refuse(entry, id);
            if (id != 0 && wanted(entry, id)) {
                done(entry, id);
            }
        }
    }

    /** The receiver has read the last chunk. */
    void done(long entry, long id) {
        long word;
        do {
            word = word(entry);
        } while (word != FREE && word >>> ID_SHIFT == id
                && !Word.compareAndSet(tables, at(entry), word, FREE));
    }

    boolean dirty() {
        return Word.opaque(tables, page + FrameLayout.PAGE_STREAMS_DIRTY) != 0;
    }

    /** Tells of aborted messages whose committed chunks have all been read. */
    int hear(long cursor, Listener listener) {
        int heard = 0;
        boolean rest = false;
        Word.getAndSet(tables, page + FrameLayout.PAGE_STREAMS_DIRTY, 0);
        for (int entry = 0; entry < FrameLayout.STREAM_LIMIT; entry++) {
            long word = Word.acquire(tables, at(entry));
            if ((word & 3) == ABORTED) {
                if (Word.opaque(tables, at(entry) + LAST) < cursor) {
                    // First told, then freed: killed in between, it is told again, never not at all.
                    int source = (int) Word.opaque(tables, at(entry) + SOURCE);
                    listener.aborted(source, word >>> ID_SHIFT);
                    Word.release(tables, at(entry), FREE);
                    heard++;
                } else {
                    rest = true;
                }
            }
        }
        if (rest) {
            Word.release(tables, page + FrameLayout.PAGE_STREAMS_DIRTY, 1);
        }
        return heard;
    }
}
