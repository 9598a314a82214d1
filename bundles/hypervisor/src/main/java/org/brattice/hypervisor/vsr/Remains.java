package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * Copies what is unread in an IPCA whose owner may have failed. Under the lease, so that no writer changes it; a
 * scanner that still reads can only take messages away, which is seen by its read mark behind the copy.
 */
final class Remains {
    private static final long BYTES = 256 << 10;

    private final MemorySegment memory;
    private final FrameLayout layout;
    private final Area area;

    Remains(MemorySegment memory, FrameLayout layout, Area area) {
        this.memory = memory;
        this.layout = layout;
        this.area = area;
    }

    /** A message that was not read. */
    record Left(int source, long position, byte[] payload) {}

    private long cursor() {
        return Word.acquire(memory,
                layout.controls(area.control()) + FrameLayout.CONTROL_CURSOR);
    }

    /** The first of them, in order. */
    List<Left> first(int limit) {
        MemorySegment ring = memory.asSlice(area.base(), area.capacity());
        List<Left> left = new ArrayList<>();
        long[] rest = {BYTES};
        Chain.of(ring, cursor(), (position, size) -> {
            long start = position & ring.byteSize() - 1;
            int flags = RecordLayout.high(Word.plain(ring, start + RecordLayout.SOURCE));
            int length = RecordLayout.low(Word.plain(ring, start + RecordLayout.LENGTH));
            boolean message = (flags & RecordLayout.KIND) == RecordLayout.MESSAGE
                    && (flags & RecordLayout.MOVE) == 0
                    && RecordLayout.guarded(ring, position, size)
                    && RecordLayout.fits(flags, length, start, size, ring.byteSize());
            if (message && left.size() < limit && length <= rest[0]) {
                rest[0] -= length;
                left.add(new Left(RecordLayout.low(Word.plain(ring, start + RecordLayout.SOURCE)),
                        position, ring.asSlice(start + RecordLayout.headerSize(flags), length)
                                .toArray(ValueLayout.JAVA_BYTE)));
            }
        });
        long now = cursor();
        left.removeIf(one -> one.position() < now);
        return left;
    }
}
