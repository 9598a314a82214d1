package org.brattice.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** The limit of any round trip: one word in a cache line of its own, written by one and polled by another. */
final class CacheLine extends LanePeer {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final long LINES = 256;

    @Override
    Lane lane(Load load, Intake intake) {
        checkAwake(load, "a cache line");
        MemorySegment line = Arena.ofAuto().allocate(LINES, LINES);
        WORD.setVolatile(line, 0L, -1L);
        Polling receiver = new Polling(load, new Reading(line, intake)::poll);
        return new Lane() {
            @Override
            public Port port() {
                return word -> {
                    WORD.setRelease(line, 0L, word);
                    return true;
                };
            }

            @Override
            public void close() {
                receiver.close();
            }
        };
    }

    private static final class Reading {
        private final MemorySegment line;
        private final Intake intake;
        private long seen = -1;

        Reading(MemorySegment line, Intake intake) {
            this.line = line;
            this.intake = intake;
        }

        int poll() {
            long word = (long) WORD.getAcquire(line, 0L);
            if (word == seen) {
                return 0;
            }
            seen = word;
            intake.take(word, ~word);
            return 1;
        }
    }
}
