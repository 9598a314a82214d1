package org.brattice.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The limit of sending to many: touches, for each of so many places, as many cache lines as a send does,
 * in the same way, and nothing else.
 */
final class BareAccesses extends NoLine implements Rounds {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final long CONTROL = 384;
    private static final long TAIL = 64;
    private static final long RECORD = 64;

    private final int places;
    private final long ring;
    private final MemorySegment controls;
    private final MemorySegment rings;

    BareAccesses(int places, long ring) {
        this.places = places;
        this.ring = ring;
        this.controls = Arena.global().allocate(places * CONTROL, CONTROL / 3);
        this.rings = Arena.global().allocate(places * ring, RECORD);
    }

    @Override
    public double nanosEach(int rounds) {
        visit(rounds);
        long begun = System.nanoTime();
        visit(rounds);
        return (System.nanoTime() - begun) / ((double) rounds * places);
    }

    private void visit(int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int place = 0; place < places; place++) {
                visit(place * CONTROL, place * ring);
            }
        }
    }

    private void visit(long control, long base) {
        if (!WORD.compareAndSet(controls, control, 0L, 1L)) {
            throw new IllegalStateException("nobody else visits");
        }
        long tail = (long) WORD.get(controls, control + TAIL);
        long at = base + tail % (ring - 2 * RECORD);
        for (long offset = Long.BYTES; offset <= RECORD; offset += Long.BYTES) {
            WORD.set(rings, at + offset, 0L);
        }
        WORD.setRelease(rings, at, tail);
        WORD.setRelease(controls, control + TAIL, tail + RECORD);
        WORD.setRelease(controls, control, 0L);
    }
}
