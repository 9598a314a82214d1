package org.brattice.hypervisor.vsr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;

import org.brattice.api.Delivery;
import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.memory.StoreSizes;
import org.brattice.hypervisor.memory.Word;

/** A frame with partitions and their IPCAs, as the machine makes them, without a framework. */
final class Bench implements AutoCloseable {
    static final long BLOCK = 64 << 10;
    /** Three attempts, one after the other. */
    static final RetryPolicy AT_ONCE = new RetryPolicy(3, 0);

    final Holders holders = new Holders(256);
    /** Partition numbers of leases lost, as {@code receiver<holder}. */
    final Queue<String> lost = new ConcurrentLinkedQueue<>();
    /** Partition numbers of areas that met memory that cannot be had. */
    final BlockingQueue<Integer> damaged = new LinkedBlockingQueue<>();
    Frame frame;
    BlockMap blocks;
    PartitionTable table;
    Attach attach;
    Vsr vsr;

    private final Path data;
    private final FrameDescription description;
    private final BitSet controls = new BitSet();
    private final List<MemoryRange> spare = new ArrayList<>();

    private Bench(long memory, Backing backing) {
        this(temporary(), memory, backing);
    }

    private Bench(Path data, long memory, Backing backing) {
        this.data = data;
        description = new FrameDescription("bench", memory, BLOCK, 16, 256, backing, Map.of(),
                new StoreSizes(1 << 20, 256 << 10, 64 << 10, 64 << 10, 4 << 10));
        open();
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On what another process has left in a directory, if there is anything: repaired. */
    static Bench in(Path data) {
        Bench bench = new Bench(data, 16 << 20, Backing.DATA);
        bench.blocks.freeUnless(number -> bench.table.rows().stream()
                .anyMatch(row -> row.number() == number));
        bench.table.rows().forEach(row -> {
            bench.vsr.enter(row.number(), row.name());
            bench.controls.set(row.control());
        });
        if (!bench.repair().isEmpty()) {
            throw new IllegalStateException("damaged by a kill");
        }
        return bench;
    }

    /** Gone when it is closed. */
    static Bench anonymous() {
        return new Bench(16 << 20, Backing.ANONYMOUS);
    }

    static Bench anonymous(long memory) {
        return new Bench(memory, Backing.ANONYMOUS);
    }

    /** Can be {@link #killed}. */
    static Bench kept() {
        return new Bench(6 << 20, Backing.DATA);
    }

    private void open() {
        try {
            frame = Frame.open(data, description);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        blocks = new BlockMap(frame);
        table = new PartitionTable(frame);
        attach = new Attach(frame);
        vsr = new Vsr(frame, holders, new Area.LeaseWatch() {
            @Override
            public void leaseLost(int number, int holder) {
                lost.add(number + "<" + holder);
            }

            @Override
            public void damaged(int number) {
                damaged.add(number);
            }
        });
    }

    /**
     * As if the process were killed here and another attached the frame.
     *
     * @return what was damaged, in words
     */
    List<String> killed() {
        frame.close();
        open();
        table.rows().forEach(row -> vsr.enter(row.number(), row.name()));
        return repair();
    }

    List<String> repair() {
        List<String> damages = new ArrayList<>(vsr.stores().attachStores(table::known));
        for (PartitionTable.Row row : table.rows()) {
            if (!attach.valid(row.control(), row.number(), blocks.ranges(row.number()))) {
                damages.add("invalid");
                continue;
            }
            String damage = attach.repair(row.control(), row.number(), vsr.stores().acknowledged());
            if (damage != null) {
                damages.add(damage);
            }
            vsr.open(row.number(), row.control());
        }
        vsr.stores().settleStores();
        vsr.attachTracks();
        return damages;
    }

    /** A partition with an IPCA of so many bytes; its number. */
    int partition(String name, long ipca) {
        int number = table.nextNumber();
        if (number == 0 || !blocks.give(number, 2 * ipca, ipca)) {
            throw new IllegalStateException("the bench is too small");
        }
        table.add(number, name, 2 * ipca);
        vsr.enter(number, name);
        MemoryRange own = blocks.ranges(number).stream().filter(range -> range.size() >= ipca)
                .findFirst().orElseThrow();
        int control = control(number, new MemoryRange(own.base(), ipca));
        table.control(number, control);
        vsr.open(number, control);
        return number;
    }

    private int control(int number, MemoryRange range) {
        int control = controls.nextClearBit(0);
        attach.create(control, number, range);
        controls.set(control);
        return control;
    }

    /** A fresh area to which a partition's IPCA can move. */
    Area fresh(int number) {
        long capacity = vsr.area(number).capacity();
        MemoryRange range = spare.stream().filter(one -> one.size() == capacity).findFirst()
                .orElseGet(() -> blocks.giveRegion(number, capacity));
        spare.remove(range);
        return vsr.prepare(number, control(number, range));
    }

    /** What an IPCA has moved from can be used again. */
    void release(Area area) {
        spare.add(new MemoryRange(area.base(), area.capacity()));
        controls.clear(area.control());
    }

    /** A holder of the current thread that is no scanner. */
    Holder holder(int number) {
        Holder holder = new Holder(holders, number, false);
        holder.bind();
        return holder;
    }

    /** The event scan of a partition, on the current thread. */
    Scanner scanner(int number, Reader reader) {
        return scanner(number, reader, new Holder(holders, number, true));
    }

    Scanner scanner(int number, Reader reader, Holder holder) {
        return scanner(number, reader, holder, AT_ONCE);
    }

    Scanner scanner(int number, Reader reader, Holder holder, RetryPolicy policy) {
        holder.bind();
        return new Scanner(vsr, vsr.area(number), holder, frame.view(), reader, policy);
    }

    long send(Holder from, int receiver, String text) {
        return vsr.send(from, receiver, segment(text), Delivery.TRY);
    }

    static MemorySegment segment(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A word of the control area of a partition's IPCA. */
    long word(int number, long offset) {
        return Word.opaque(frame.memory(), at(number) + offset);
    }

    void word(int number, long offset, long value) {
        Word.opaque(frame.memory(), at(number) + offset, value);
    }

    private long at(int number) {
        return frame.layout().controls(table.control(number));
    }

    MemorySegment ring(int number) {
        Area area = vsr.area(number);
        return frame.memory().asSlice(area.base(), area.capacity());
    }

    @Override
    public void close() {
        vsr.close();
        frame.close();
        try (var files = Files.list(data)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
