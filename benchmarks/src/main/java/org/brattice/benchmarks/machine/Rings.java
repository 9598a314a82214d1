package org.brattice.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.vsr.Attach;
import org.brattice.hypervisor.vsr.Holder;
import org.brattice.hypervisor.vsr.Holders;
import org.brattice.hypervisor.vsr.Reader;
import org.brattice.hypervisor.vsr.RetryPolicy;
import org.brattice.hypervisor.vsr.Scanner;
import org.brattice.hypervisor.vsr.Vsr;

/** A frame with IPCAs and no machine around them. */
public final class Rings implements AutoCloseable {
    private static final long MEMORY = 64 << 20;
    private static final long BLOCK = 64 << 10;
    private static final int PARTITIONS = 32;

    private final Path data;
    private final Frame frame;
    private final Holders holders = new Holders(2 * PARTITIONS);
    private final BlockMap blocks;
    private final PartitionTable table;
    private final Attach attach;
    private final Vsr vsr;
    private int controls;

    /** In memory that nothing outlives; with a directory below one that is given. */
    public Rings(Path parent) throws IOException {
        data = Files.createTempDirectory(parent, "brattice-benchmark-");
        frame = Frame.open(data, new FrameDescription("rings", MEMORY, BLOCK, PARTITIONS,
                PARTITIONS, Backing.ANONYMOUS, Map.of()));
        blocks = new BlockMap(frame);
        table = new PartitionTable(frame);
        attach = new Attach(frame);
        vsr = new Vsr(frame, holders, (number, holder) -> {});
    }

    /** The number of a new partition that has nothing but an IPCA of so many bytes. */
    public int partition(long ipca) {
        int number = table.nextNumber();
        if (!blocks.give(number, ipca, ipca)) {
            throw new IllegalStateException("the frame is too small for ipca=" + ipca);
        }
        String name = "partition-" + number;
        int control = controls++;
        table.add(number, name, ipca);
        vsr.enter(number, name);
        attach.create(control, number,
                new MemoryRange(blocks.ranges(number).getFirst().base(), ipca));
        table.control(number, control);
        vsr.open(number, control);
        return number;
    }

    /** The way in. */
    public Vsr vsr() {
        return vsr;
    }

    /** For a thread that binds it. */
    public Holder holder(int number, boolean scanning) {
        return new Holder(holders, number, scanning);
    }

    /** The event scan of a partition, on the current thread. */
    public Scanner scanner(int number, Reader reader) {
        Holder holder = holder(number, true);
        holder.bind();
        return new Scanner(vsr, vsr.area(number), holder, frame.view(), reader,
                RetryPolicy.STANDARD);
    }

    @Override
    public void close() {
        vsr.close();
        frame.close();
        try {
            Directories.delete(data);
        } catch (IOException e) {
            throw new IllegalStateException("directory=" + data + " was left behind", e);
        }
    }
}
