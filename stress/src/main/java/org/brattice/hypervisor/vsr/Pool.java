package org.brattice.hypervisor.vsr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.PartitionTable;

/**
 * One frame for all states of a JVM: making one for each of millions of states would measure
 * nothing but that. Each state has a partition of its own, in turn.
 */
final class Pool {
    static final int IPCA = 1024;
    private static final int PLACES = 512;
    /** Two more partitions than places: the senders. */
    private static final int PARTITIONS = 1024;
    private static final int FIRST = 8;
    private static final Pool POOL = new Pool();

    final Frame frame;
    final Holders holders = new Holders(4 * PARTITIONS);
    final Vsr vsr;
    final AtomicIntegerArray lost = new AtomicIntegerArray(PARTITIONS);
    private final Attach attach;
    private final PartitionTable table;
    private final long rings;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicIntegerArray users = new AtomicIntegerArray(PLACES);
    private final Holder[] holder = new Holder[3 * PLACES];

    private Pool() {
        try {
            Path data = Files.createTempDirectory("stress");
            frame = Frame.open(data, new FrameDescription("stress", 64 << 20, 64 << 10,
                    PARTITIONS, 4 * PARTITIONS, Backing.ANONYMOUS, Map.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rings = (frame.layout().hypervisorSize() + 4095) & -4096;
        attach = new Attach(frame);
        table = new PartitionTable(frame);
        vsr = new Vsr(frame, holders, (number, gone) -> lost.incrementAndGet(number));
        for (int number = 1; number < FIRST; number++) {
            vsr.enter(number, "sender-" + number);
        }
        for (int i = 0; i < holder.length; i++) {
            holder[i] = new Holder(holders, 1 + i % 3, false);
        }
    }

    /** A place for one state: a partition with an empty IPCA, and three holders of others. */
    static final class Place {
        final int number;
        private final int index;
        private final int use;

        Place() {
            index = POOL.next.getAndIncrement() % PLACES;
            use = POOL.users.incrementAndGet(index);
            number = FIRST + index;
            POOL.lost.set(number, 0);
            POOL.attach.create(index, number, ring(0));
            page();
            POOL.table.control(number, index);
            POOL.vsr.enter(number, "receiver");
            POOL.vsr.open(number, index);
        }

        private MemoryRange ring(int region) {
            return new MemoryRange(POOL.rings + (region * PLACES + index) * (long) IPCA, IPCA);
        }

        private void page() {
            long page = vsr().layout().page(vsr().index(number));
            long size = FrameLayout.PAGE_PEERS + PLACES * FrameLayout.PEER_SIZE;
            frame().memory().asSlice(page, size).fill((byte) 0);
        }

        Vsr vsr() {
            return POOL.vsr;
        }

        Frame frame() {
            return POOL.frame;
        }

        Area area() {
            return POOL.vsr.area(number);
        }

        int lost() {
            return POOL.lost.get(number);
        }

        /** The area that the IPCA can move to. */
        Area fresh() {
            POOL.attach.create(PLACES + index, number, ring(1));
            return POOL.vsr.prepare(number, PLACES + index);
        }

        /** One of three holders; the current thread is its thread from now on. */
        Holder holder(int which) {
            Holder one = POOL.holder[3 * index + which];
            one.bind();
            return one;
        }

        /** The event scan of the partition, on the current thread. */
        Scanner scanner(Reader reader) {
            return new Scanner(POOL.vsr, area(), holder(2), POOL.frame.view(), reader,
                    RetryPolicy.STANDARD);
        }

        Streams streams() {
            return new Streams(POOL.frame.memory(),
                    vsr().layout().page(vsr().index(number)));
        }

        Peers peers() {
            return new Peers(POOL.frame.memory(), vsr().layout());
        }

        /** Reads all that is there, for an arbiter: as text. */
        String rest() {
            Text text = new Text();
            Scanner scanner = scanner(text);
            while (scanner.poll(64) > 0) {
                Thread.onSpinWait();
            }
            check();
            return text.toString();
        }

        /** No other state may have had this place meanwhile. */
        void check() {
            if (POOL.users.get(index) != use) {
                throw new IllegalStateException("states are more than places=" + PLACES
                        + ": run it with -strideSize and -strideCount that multiply to less");
            }
        }
    }
}
