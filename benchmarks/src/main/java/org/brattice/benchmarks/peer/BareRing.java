package org.brattice.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The ring of our message area with nothing around it: lease, commit word, the next one cleared. No
 * identity, no access check, no guard, nobody who waits, nothing that is repaired, offered again or
 * revoked. What all that costs is the difference to {@link BareVsr}.
 */
final class BareRing extends LanePeer {
    private static final int LIMIT = 64;
    private static final int LINE = 128;
    private static final int UNIT = 32;
    private static final int HEADER = 32;
    private static final int SIZE_BITS = 16;
    private static final long SIZE_MASK = (1 << SIZE_BITS) - 1;
    private static final int SOURCE = 8;
    private static final int LENGTH = 16;
    private static final long LEASE = 0;
    private static final long TAIL = 8;
    private static final long CACHED_HEAD = 16;
    private static final long CURSOR = LINE;
    private static final long HEAD = LINE + 8;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle WORD = LONG.varHandle();

    @Override
    Lane lane(Load load, Intake intake) {
        checkAwake(load, "a bare ring");
        Ring ring = new Ring(load.ring());
        Polling receiver = new Polling(load, () -> ring.read(intake));
        return new Lane() {
            @Override
            public Port port() {
                return new RingPort(ring, load);
            }

            @Override
            public void close() {
                receiver.close();
            }
        };
    }

    private static final class Ring {
        private final MemorySegment words = Arena.global().allocate(2 * LINE, LINE);
        private final MemorySegment ring;
        private final long capacity;
        private final long mask;
        private long cursor;

        Ring(long capacity) {
            this.capacity = capacity;
            this.mask = capacity - 1;
            this.ring = Arena.global().allocate(capacity, 4096);
        }

        boolean write(MemorySegment payload, int bytes) {
            if (!WORD.compareAndSet(words, LEASE, 0L, 1L)) {
                return false;
            }
            long tail = (long) WORD.get(words, TAIL);
            long size = HEADER + bytes + UNIT - 1 & -UNIT;
            long toEnd = capacity - (tail & mask);
            long pad = size > toEnd ? toEnd : 0;
            if (!room(tail, pad + size)) {
                WORD.setRelease(words, LEASE, 0L);
                return false;
            }
            long position = tail + pad;
            long at = position & mask;
            WORD.set(ring, at + SOURCE, 1L);
            WORD.set(ring, at + LENGTH, (long) bytes);
            MemorySegment.copy(payload, 0, ring, at + HEADER, bytes);
            WORD.set(ring, position + size & mask, 0L);
            WORD.setRelease(ring, at, position / UNIT << SIZE_BITS | size / UNIT);
            if (pad != 0) {
                WORD.set(ring, (tail & mask) + LENGTH, -1L);
                WORD.setRelease(ring, tail & mask, tail / UNIT << SIZE_BITS | pad / UNIT);
            }
            WORD.setRelease(words, TAIL, position + size);
            WORD.setRelease(words, LEASE, 0L);
            return true;
        }

        private boolean room(long tail, long size) {
            if (size + UNIT <= capacity - (tail - (long) WORD.get(words, CACHED_HEAD))) {
                return true;
            }
            long head = (long) WORD.getAcquire(words, HEAD);
            WORD.set(words, CACHED_HEAD, head);
            return size + UNIT <= capacity - (tail - head);
        }

        int read(Intake intake) {
            int done = 0;
            while (done < LIMIT) {
                long at = cursor & mask;
                long word = (long) WORD.getAcquire(ring, at);
                if (word == 0) {
                    break;
                }
                int length = (int) (long) WORD.get(ring, at + LENGTH);
                if (length > 0) {
                    intake.take((long) WORD.get(ring, at + HEADER),
                            (long) WORD.get(ring, at + HEADER + length - Long.BYTES));
                }
                cursor += (word & SIZE_MASK) * UNIT;
                WORD.setRelease(words, CURSOR, cursor);
                done++;
            }
            if (done != 0) {
                WORD.setRelease(words, HEAD, cursor);
            }
            return done;
        }
    }

    private static final class RingPort implements Port {
        private final Ring ring;
        private final MemorySegment payload;
        private final int bytes;

        RingPort(Ring ring, Load load) {
            this.ring = ring;
            this.bytes = load.bytes();
            this.payload = Arena.ofAuto().allocate(bytes, Long.BYTES);
        }

        @Override
        public boolean offer(long word) {
            payload.set(LONG, 0, word);
            payload.set(LONG, bytes - Long.BYTES, ~word);
            return ring.write(payload, bytes);
        }
    }
}
