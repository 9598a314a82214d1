package org.brattice.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The limit of any throughput: the sender copies into a ring and reads both ends itself; nobody else. */
final class MemoryCopy extends LanePeer {
    private static final long LINE = 64;

    @Override
    Lane lane(Load load, Intake intake) {
        checkAwake(load, "a copy");
        if (load.senders() > 1) {
            throw new UnsupportedOperationException("one thread copies");
        }
        return new Lane() {
            @Override
            public Port port() {
                return new CopyPort(load, intake);
            }

            @Override
            public void close() {}
        };
    }

    private static final class CopyPort implements Port {
        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
        private final MemorySegment ring;
        private final MemorySegment payload;
        private final Intake intake;
        private final long bytes;
        private long at;

        CopyPort(Load load, Intake intake) {
            this.ring = Arena.ofAuto().allocate(load.ring(), LINE);
            this.payload = Arena.ofAuto().allocate(load.bytes(), LINE);
            this.bytes = load.bytes();
            this.intake = intake;
        }

        @Override
        public boolean offer(long word) {
            payload.set(WORD, 0, word);
            payload.set(WORD, bytes - Long.BYTES, ~word);
            MemorySegment.copy(payload, 0, ring, at, bytes);
            intake.take(ring.get(WORD, at), ring.get(WORD, at + bytes - Long.BYTES));
            at = at + 2 * bytes > ring.byteSize() ? 0 : at + bytes;
            return true;
        }
    }
}
