package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

import org.brattice.hypervisor.memory.View;

/**
 * What one source has sent and its receiver has not yet taken, in order. Used by the receiver's scanner;
 * every change throws once its boot is shut out. A killed process leaves each change made or not.
 */
final class RetryQueue {
    private final RetryStore store;
    private final RetryRow row;
    private final View fence;

    RetryQueue(RetryStore store, RetryRow row, View fence) {
        this.store = store;
        this.row = row;
        this.fence = fence;
    }

    /** Number of who sent them. */
    int source() {
        return row.source();
    }

    /**
     * Adds a record as it lies in the ring.
     *
     * @return false when there is no room; nothing is changed then
     */
    boolean append(MemorySegment ring, long start, long size) {
        synchronized (store) {
            change();
            return row.append(ring, start, size);
        }
    }

    /**
     * The highest position among the records that are here or were taken since the queue was opened, or
     * -1: what lies in the ring up to there has been set aside already.
     */
    long lastPosition() {
        synchronized (store) {
            return row.lastPosition();
        }
    }

    boolean empty() {
        synchronized (store) {
            return row.bytes() == 0;
        }
    }

    /** Bytes of its records. */
    long bytes() {
        synchronized (store) {
            return row.bytes();
        }
    }

    /**
     * Copies the first record, of at most 256 KiB. Its header may be damaged, as in the ring: check it.
     *
     * @return its size, or -1 when its commit word is damaged: then the queue has been emptied
     */
    long read(MemorySegment staging) {
        synchronized (store) {
            change();
            return row.read(staging);
        }
    }

    /** How often the first record was offered, before it was put back too. */
    int attempt() {
        synchronized (store) {
            return row.attempt();
        }
    }

    /** How often the first record had been offered when it was put back from the dead letters, or 0. */
    int attemptsBefore() {
        synchronized (store) {
            return row.attemptsBefore();
        }
    }

    /** Notes how often the first record is offered, before its handler is called. */
    void attempt(int n) {
        synchronized (store) {
            change();
            row.attempt(n);
        }
    }

    /** The first record is done with. */
    void remove() {
        synchronized (store) {
            change();
            row.remove();
        }
    }

    /** Frees its row when it is empty, unless somebody has put a message back meanwhile. */
    boolean close() {
        synchronized (store) {
            change();
            boolean empty = row.bytes() == 0;
            if (empty) {
                store.close(row);
            }
            return empty;
        }
    }

    private void change() {
        RetryStore.fenced(fence);
        if (!row.isOpen()) {
            throw new IllegalStateException("the queue of receiver=" + row.receiver() + " source="
                    + row.source() + " has been closed");
        }
    }
}
