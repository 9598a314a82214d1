package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.Set;

import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.memory.Word;

/**
 * Moves an IPCA to a fresh region with its unread messages, at the same positions. The scanner is at
 * rest, because it does the work itself or there is none; writers are shut out first, so that the chain
 * of commit words cannot grow behind the copy.
 */
final class Remap {
    private final Frame frame;

    Remap(Frame frame) {
        this.frame = frame;
    }

    /** Moves; returns what became of the area. */
    Area.Succession move(Area from, Area to) {
        from.storeMoved();
        from.view().revoke();
        FrameLayout layout = frame.layout();
        long old = layout.controls(from.control());
        long fresh = layout.controls(to.control());
        MemorySegment memory = frame.memory();
        MemorySegment oldRing = memory.asSlice(from.base(), from.capacity());
        long cursor = Word.acquire(memory, old + FrameLayout.CONTROL_CURSOR);
        MemorySegment ring = memory.asSlice(to.base(), to.capacity());
        Set<Long> lost = Set.of();
        long end;
        if (from.damage() == null) {
            end = Chain.of(oldRing, cursor).end();
            copy(oldRing, ring, cursor, end);
        } else {
            Salvage salvage = new Salvage(oldRing, ring, from.damage());
            end = salvage.copy(cursor, Word.acquire(memory, old + FrameLayout.CONTROL_TAIL));
            lost = salvage.lost();
        }
        Word.opaque(memory, fresh + FrameLayout.CONTROL_CURSOR, cursor);
        Word.opaque(memory, fresh + FrameLayout.CONTROL_HEAD, cursor);
        Word.opaque(memory, fresh + FrameLayout.CONTROL_CACHED_HEAD, cursor);
        Word.opaque(memory, fresh + FrameLayout.CONTROL_TAIL, end);
        Word.opaque(memory, fresh + FrameLayout.CONTROL_ATTEMPT,
                Word.opaque(memory, old + FrameLayout.CONTROL_ATTEMPT));
        new PartitionTable(frame).moved(from.number(), to.control());
        return new Area.Succession(to, end, lost);
    }

    private static void copy(MemorySegment from, MemorySegment to, long start, long end) {
        long mask = from.byteSize() - 1;
        for (long at = start; at < end;) {
            long piece = Math.min(end - at, from.byteSize() - (at & mask));
            MemorySegment.copy(from, at & mask, to, at & mask, piece);
            at += piece;
        }
    }
}
