package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.Duration;

import org.brattice.api.Blockage;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * A look at an IPCA by who neither writes nor reads it: takes no lease, stops nobody, is bounded, and
 * believes only what was there unchanged before and after.
 */
final class Glance {
    private static final int TRIES = 8;

    private final MemorySegment tables;
    private final MemorySegment ring;
    private final long at;
    private final MessageView.Names names;

    Glance(Frame frame, Area area, MessageView.Names names) {
        this.tables = frame.memory();
        this.ring = frame.memory().asSlice(area.base(), area.capacity());
        this.at = frame.layout().controls(area.control());
        this.names = names;
    }

    /** The first message that is not read; null when there is none, or each is read as one looks. */
    Blockage.Unread oldest() {
        for (int tries = 0; tries < TRIES; tries++) {
            long cursor = Word.acquire(tables, at + FrameLayout.CONTROL_CURSOR);
            long position = behindPad(cursor);
            Blockage.Unread unread = record(position);
            VarHandle.acquireFence();
            // Bytes behind the read mark do not change as long as it stays.
            if (Word.opaque(tables, at + FrameLayout.CONTROL_CURSOR) == cursor) {
                return unread;
            }
        }
        return null;
    }

    private long behindPad(long position) {
        long size = size(position);
        return size > 0 && RecordLayout.guarded(ring, position, size)
                && (RecordLayout.high(word(position, RecordLayout.SOURCE))
                        & RecordLayout.KIND) == RecordLayout.PAD ? position + size : position;
    }

    /** Bytes of the record at a position, or -1 when none is there. */
    private long size(long position) {
        long word = word(position, 0);
        long size = word == 0 ? -1 : RecordLayout.sizeOf(word, position, ring.byteSize());
        return offset(position) + size <= ring.byteSize() ? size : -1;
    }

    private Blockage.Unread record(long position) {
        long size = size(position);
        if (size < 0 || !RecordLayout.guarded(ring, position, size)) {
            return null;
        }
        int source = RecordLayout.low(word(position, RecordLayout.SOURCE));
        int length = RecordLayout.low(word(position, RecordLayout.LENGTH));
        int stamp = RecordLayout.low(word(position, RecordLayout.STAMP));
        return new Blockage.Unread(position, names.name(source), length, attempt(position),
                Duration.ofMillis(Clock.millisSince(stamp)));
    }

    private int attempt(long position) {
        return Attempts.of(Word.opaque(tables, at + FrameLayout.CONTROL_ATTEMPT), position);
    }

    private long offset(long position) {
        return position & ring.byteSize() - 1 & -RecordLayout.UNIT;
    }

    private long word(long position, long offset) {
        return Word.acquire(ring, offset(position) + offset);
    }
}
