package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

import org.brattice.api.Blockage;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.View;

/**
 * Messages set aside for their receivers until their handlers take them, in the frame: a queue for each
 * receiver and source, so that the messages of others go on being read. Any thread, under this object's
 * monitor; nothing of it happens while a lease is held.
 */
public final class RetryStore {
    private final MemorySegment memory;
    private final FrameLayout layout;
    private final Pages pages;
    private final RetryRow[] rows;
    private volatile int changes;

    RetryStore(MemorySegment memory, FrameLayout layout) {
        this.memory = memory;
        this.layout = layout;
        this.pages = new Pages(memory, layout.retryLinks(), layout.retryPages(),
                layout.retryCount());
        this.rows = new RetryRow[layout.retryCount()];
    }

    /**
     * Finds what an earlier process has left; queues of receivers that are not known any more are freed.
     * Control thread, before any boot; doing it twice changes nothing.
     *
     * @return what was damaged, in words
     */
    public synchronized List<String> attach(IntPredicate receiverKnown) {
        List<String> damages = new ArrayList<>();
        pages.clear();
        Arrays.fill(rows, null);
        for (int index = 0; index < rows.length; index++) {
            RetryRow row = new RetryRow(memory, layout.retryRow(index), pages);
            if (row.receiver() == 0 && row.source() == 0) {
                continue;
            }
            if (row.receiver() <= 0 || row.source() <= 0) {
                damages.add("retry store: row=" + index + " names no receiver and source; cleared");
                row.free();
            } else if (!receiverKnown.test(row.receiver())) {
                row.free();
            } else {
                String damage = row.attach();
                if (damage != null) {
                    damages.add("retry store: messages of source=" + row.source() + " to receiver="
                            + row.receiver() + ": " + damage);
                }
                rows[index] = row;
            }
        }
        return damages;
    }

    /**
     * The queues of one receiver, for one boot: once its view is revoked every change of them throws, and
     * changes nothing.
     */
    synchronized List<RetryQueue> of(int receiver, View fence) {
        List<RetryQueue> queues = new ArrayList<>();
        for (RetryRow row : rows) {
            if (row != null && row.receiver() == receiver) {
                queues.add(new RetryQueue(this, row, fence));
            }
        }
        return queues;
    }

    /** The queue of a receiver and a source, empty when there was none; null when no row is free. */
    synchronized RetryQueue open(int receiver, int source, View fence) {
        fenced(fence);
        RetryRow row = row(receiver, source);
        for (int index = 0; row == null && index < rows.length; index++) {
            if (rows[index] == null) {
                row = new RetryRow(memory, layout.retryRow(index), pages);
                row.open(receiver, source);
                rows[index] = row;
            }
        }
        return row == null ? null : new RetryQueue(this, row, fence);
    }

    private RetryRow row(int receiver, int source) {
        for (RetryRow row : rows) {
            if (row != null && row.receiver() == receiver && row.source() == source) {
                return row;
            }
        }
        return null;
    }

    /** Throws when the boot whose view this is has been shut out. Under the monitor. */
    static void fenced(View fence) {
        if (fence != null && fence.revoked()) {
            throw new IllegalStateException("the boot of this scanner has ended");
        }
    }

    /**
     * Puts a record at the end of its receiver's queue from outside its scanner, which must be woken.
     *
     * @return false when there is no room; nothing is changed then
     */
    synchronized boolean putBack(int receiver, int source, MemorySegment record) {
        RetryQueue queue = open(receiver, source, null);
        if (queue == null) {
            return false;
        }
        boolean room = queue.append(record, 0, record.byteSize());
        if (room) {
            changes = changes + 1;
        } else {
            queue.close();
        }
        return room;
    }

    /** Rises when somebody else than its scanner has put a message into any queue. */
    int changes() {
        return changes;
    }

    /** The queue's row is free again. Under the monitor. */
    void close(RetryRow row) {
        row.free();
        for (int index = 0; index < rows.length; index++) {
            if (rows[index] == row) {
                rows[index] = null;
            }
        }
    }

    /** Bytes that it holds at most. */
    long size() {
        return pages.total();
    }

    /** Bytes that are free. */
    public synchronized long free() {
        return pages.free();
    }

    /** Bytes of a source's messages set aside for a receiver. */
    public synchronized long bytes(int receiver, int source) {
        RetryRow row = row(receiver, source);
        return row == null ? 0 : row.bytes();
    }

    /** Whether a message of a source is set aside, or waits behind one that is. */
    synchronized boolean aside(int receiver, int source, long position) {
        RetryRow row = row(receiver, source);
        return row != null && row.bytes() > 0 && position >= row.firstPosition();
    }

    /** Bytes of all messages set aside for a receiver. */
    public synchronized long bytes(int receiver) {
        if (pages.free() == pages.total()) {
            return 0;
        }
        return Arrays.stream(rows).filter(row -> row != null && row.receiver() == receiver)
                .mapToLong(RetryRow::bytes).sum();
    }

    /** Positions of all records set aside for a receiver. */
    Set<Long> positions(int receiver) {
        return records(receiver).stream().map(Unread::position).collect(Collectors.toSet());
    }

    /** Copies of all records set aside for a receiver. */
    synchronized List<Unread> records(int receiver) {
        List<Unread> records = new ArrayList<>();
        for (RetryRow row : rows) {
            if (row != null && row.receiver() == receiver) {
                row.records(records);
            }
        }
        return records;
    }

    /** The oldest message that is set aside for a receiver, or null. */
    synchronized Blockage.Unread oldest(int receiver, MessageView.Names names) {
        Blockage.Unread oldest = null;
        for (RetryRow row : rows) {
            Blockage.Unread first = row != null && row.receiver() == receiver
                    ? row.first(names)
                    : null;
            if (first != null && (oldest == null || first.position() < oldest.position())) {
                oldest = first;
            }
        }
        return oldest;
    }

    /** Frees what was set aside for a receiver that is destroyed. */
    public synchronized void remove(int receiver) {
        for (RetryRow row : rows.clone()) {
            if (row != null && row.receiver() == receiver) {
                close(row);
            }
        }
    }
}
