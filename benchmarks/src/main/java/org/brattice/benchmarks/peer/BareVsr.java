package org.brattice.benchmarks.peer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

import org.brattice.api.Delivery;
import org.brattice.benchmarks.machine.Rings;
import org.brattice.hypervisor.vsr.Holder;
import org.brattice.hypervisor.vsr.Scanner;
import org.brattice.hypervisor.vsr.Vsr;

/**
 * Our rings without the machine around them: no processors, so nobody establishes who calls, and no
 * operating system. What the identity of a sender costs is the difference to {@link Brattice}.
 */
final class BareVsr extends LanePeer {
    private static final long BLOCK = 64 << 10;
    private static final int LIMIT = 64;

    private final Path parent;

    BareVsr(Path parent) {
        this.parent = parent;
    }

    @Override
    Lane lane(Load load, Intake intake) throws IOException {
        checkAwake(load, "a bare scanner");
        Rings rings = new Rings(parent);
        int receiver = rings.partition(load.ring());
        Scanning scanning = new Scanning(rings, receiver, intake);
        Polling polling = new Polling(load, scanning::poll);
        return new Lane() {
            @Override
            public Port port() {
                return new VsrPort(rings.vsr(), rings.holder(rings.partition(BLOCK), false),
                        receiver, load);
            }

            @Override
            public void close() {
                polling.close();
                rings.close();
            }
        };
    }

    /** Opened by the thread that polls first. */
    private static final class Scanning {
        private final Rings rings;
        private final int receiver;
        private final Intake intake;
        private Scanner scanner;

        Scanning(Rings rings, int receiver, Intake intake) {
            this.rings = rings;
            this.receiver = receiver;
            this.intake = intake;
        }

        int poll() {
            if (scanner == null) {
                scanner = rings.scanner(receiver, new ToIntake(intake));
            }
            return scanner.poll(LIMIT);
        }
    }

    private static final class VsrPort implements Port {
        private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
        private final Vsr vsr;
        private final Holder me;
        private final int receiver;
        private final MemorySegment payload;
        private final long last;
        private boolean bound;

        VsrPort(Vsr vsr, Holder me, int receiver, Load load) {
            this.vsr = vsr;
            this.me = me;
            this.receiver = receiver;
            this.payload = Arena.ofAuto().allocate(load.bytes(), Long.BYTES);
            this.last = load.bytes() - Long.BYTES;
            if (load.bytes() > vsr.recordLimit(receiver)) {
                throw new UnsupportedOperationException("no chunks here");
            }
        }

        @Override
        public boolean offer(long word) {
            if (!bound) {
                me.bind();
                bound = true;
            }
            payload.set(WORD, 0, word);
            payload.set(WORD, last, ~word);
            return vsr.send(me, receiver, payload, Delivery.TRY) >= 0;
        }
    }
}
