package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * A record that its receiver has not read.
 *
 * @param memory where it lies
 * @param start offset in the memory
 * @param size bytes of the record
 * @param attempts how often it was offered
 */
record Unread(MemorySegment memory, long start, long size, int attempts) {
    long position() {
        return RecordLayout.positionOf(Word.plain(memory, start));
    }

    /** Whether it announces something, which concerns the boot that was to read it alone. */
    boolean announced() {
        return announced(RecordLayout.high(Word.plain(memory, start + RecordLayout.SOURCE)));
    }

    private static boolean announced(int flags) {
        return (flags & RecordLayout.MOVE) != 0;
    }

    /** Whether an IPCA has a record at a position that is still to be read. */
    static boolean waits(MemorySegment frame, FrameLayout layout, Area area, long position) {
        long at = layout.controls(area.control());
        return position >= Word.opaque(frame, at + FrameLayout.CONTROL_CURSOR)
                && position < Word.opaque(frame, at + FrameLayout.CONTROL_TAIL);
    }

    /**
     * All messages that a partition has not read, in its IPCA and set aside, the latter first. No scanner may
     * run; what writers add meanwhile may be missed.
     */
    static List<Unread> of(MemorySegment frame, FrameLayout layout, RetryStore retry, Area area) {
        List<Unread> unread = new ArrayList<>(retry.records(area.number()));
        Set<Long> aside = unread.stream().map(Unread::position).collect(Collectors.toSet());
        unread.removeIf(Unread::announced);
        long at = layout.controls(area.control());
        long attempt = Word.opaque(frame, at + FrameLayout.CONTROL_ATTEMPT);
        MemorySegment ring = frame.asSlice(area.base(), area.capacity());
        Chain.of(ring, Word.acquire(frame, at + FrameLayout.CONTROL_CURSOR), (position, size) -> {
            long start = position & ring.byteSize() - 1;
            int flags = RecordLayout.high(Word.plain(ring, start + RecordLayout.SOURCE));
            int length = RecordLayout.low(Word.plain(ring, start + RecordLayout.LENGTH));
            int kind = flags & RecordLayout.KIND;
            boolean sound = RecordLayout.guarded(ring, position, size)
                    && RecordLayout.fits(flags, length, start, size, ring.byteSize());
            boolean kept = kind != RecordLayout.PAD && !announced(flags);
            if (sound && kept && !aside.contains(position)) {
                unread.add(new Unread(ring, start, size, Attempts.of(attempt, position)));
            }
        });
        return unread;
    }
}
