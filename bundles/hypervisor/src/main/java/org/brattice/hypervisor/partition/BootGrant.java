package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.brattice.api.BlockDevice;
import org.brattice.api.Boot;
import org.brattice.api.Fault.Kind;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.MemoryRange;
import org.brattice.api.Resource;
import org.brattice.api.SerialDevice;
import org.brattice.hypervisor.vsr.Scanner;

/** What one boot is granted: the object that the firmware gets, and nothing behind it. */
final class BootGrant implements Boot {
    private static final long PAGE = 4096;

    private final BootRun run;
    private final BootHost host;
    private final long count;
    private final List<MemoryRange> ranges;
    private volatile MemoryRange ipca;
    private volatile Scanner scanner;
    private boolean memoryGiven;

    BootGrant(BootRun run, BootHost host, long count) {
        this.run = run;
        this.host = host;
        this.count = count;
        // A copy: who could change it would be granted memory of his own choice.
        this.ranges = List.copyOf(host.ranges(number()));
    }

    Scanner scanner() {
        return scanner;
    }

    @Override
    public String name() {
        return run.partition().name();
    }

    @Override
    public int number() {
        return run.partition().number();
    }

    @Override
    public int processors() {
        return run.processors().owned();
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public List<MemoryRange> ranges() {
        return ranges;
    }

    @Override
    public MemoryRange ipca() {
        MemoryRange registered = ipca;
        MemoryRange now = registered == null ? null : host.ipca(number());
        return now == null ? registered : now;
    }

    @Override
    public long ipcaSize() {
        return run.declaration().ipca();
    }

    @Override
    public List<MemorySegment> memory() {
        checkProcessor();
        Injector.at(Processor.current(), "memory");
        return segments();
    }

    private synchronized List<MemorySegment> segments() {
        memoryGiven = true;
        MemoryRange hole = place();
        List<MemorySegment> segments = new ArrayList<>();
        for (MemoryRange range : ranges) {
            if (range.contains(hole.base(), hole.size())) {
                add(segments, range.base(), hole.base() - range.base());
                add(segments, hole.end(), range.end() - hole.end());
            } else {
                add(segments, range.base(), range.size());
            }
        }
        return segments;
    }

    /** Makes all of the partition's memory zero, but for its IPCA. On the first processor, before the firmware. */
    void clear() {
        for (MemorySegment segment : segments()) {
            segment.fill((byte) 0);
        }
        memoryGiven = false;
        blocks().forEach(block -> segment(block).fill((byte) 0));
    }

    /** Of a call that may be made on any thread, too. */
    private void inject(String call) {
        Processor caller = Processor.current();
        if (caller != null && caller.boot() == run) {
            Injector.at(caller, call);
        }
    }

    private void checkProcessor() {
        Processor caller = Processor.current();
        if (caller == null || caller.boot() != run) {
            throw new HypervisorCallException("the memory of partition " + name()
                    + " is handed out on its own processors alone: take it in Firmware.boot");
        }
    }

    @Override
    public List<Resource.MemoryBlock> blocks() {
        return host.blocks().spare(number()).stream().map(Resource.MemoryBlock::new).toList();
    }

    @Override
    public MemorySegment block(Resource.MemoryBlock block) {
        checkProcessor();
        Injector.at(Processor.current(), "block");
        return segment(block);
    }

    private MemorySegment segment(Resource.MemoryBlock block) {
        int index = block.index();
        // Who owns it is looked at behind the monitor of who withdraws it: see BlockHandover.
        MemorySegment segment = run.memory().block(index,
                () -> host.blocks().spare(index, number()),
                host.blocks().range(index));
        if (segment == null) {
            throw new HypervisorCallException("resource=" + block + " is not one of the blocks that"
                    + " partition " + name() + " owns above its minimum: they are " + blocks());
        }
        return segment;
    }

    private void add(List<MemorySegment> segments, long base, long size) {
        if (size > 0) {
            segments.add(run.memory().view().segment(base, size));
        }
    }

    /**
     * Where the IPCA was made, or will be unless the firmware says otherwise. It stays out of the memory when the
     * IPCA has moved, so that everything else stays at its offset.
     */
    private MemoryRange place() {
        MemoryRange kept = host.ipca(number());
        if (kept != null && !host.blocks().region(kept)) {
            return kept;
        }
        MemoryRange home = host.home(number());
        if (home != null && (kept != null || home.size() == ipcaSize()
                && ranges.stream().anyMatch(own -> own.contains(home.base(), home.size())))) {
            return home;
        }
        return ranges.stream().filter(range -> range.size() >= ipcaSize()).findFirst()
                .map(range -> new MemoryRange(range.base(), ipcaSize()))
                .orElseThrow(() -> new IllegalStateException(
                        "ranges=" + ranges + " have no room for ipca=" + ipcaSize()));
    }

    @Override
    public synchronized void register(long base, long size) {
        inject("register");
        MemoryRange range = new MemoryRange(base, size);
        String refusal = refusal(range);
        if (refusal != null) {
            boolean outside = ranges.stream()
                    .noneMatch(own -> own.contains(range.base(), range.size()));
            throw run.illegal(outside ? Kind.OUT_OF_BOUNDS : Kind.ILLEGAL_CALL, "register",
                    new HypervisorCallException("ipca=" + range + " " + refusal));
        }
        host.register(run, range, made -> scanner = made);
        // It lies elsewhere when the hypervisor has moved it.
        ipca = host.ipca(number());
        run.registered();
    }

    private String refusal(MemoryRange range) {
        if (run.fenced()) {
            return "is refused: this boot has been ended by the hypervisor";
        }
        if (Processor.current() != run.scanning()) {
            return "must be registered on the partition's first processor";
        }
        if (ipca != null) {
            return "is refused: this boot has registered " + ipca;
        }
        if (Long.bitCount(range.size()) != 1 || range.size() < PAGE) {
            return "must have a power of two of bytes, at least " + PAGE;
        }
        if ((range.base() & PAGE - 1) != 0) {
            return "is misaligned: its base must be a multiple of " + PAGE;
        }
        if (ranges.stream().noneMatch(own -> own.contains(range.base(), range.size()))) {
            return "is not in the partition's own memory " + ranges;
        }
        MemoryRange kept = host.ipca(number());
        if (kept != null && host.blocks().region(kept)) {
            return null;
        }
        if (kept != null && !kept.equals(range)) {
            return "differs from " + kept + ", which holds the messages of earlier boots";
        }
        if (memoryGiven && !place().equals(range)) {
            return "is refused: Boot.memory has handed that memory out; register first";
        }
        return null;
    }

    @Override
    public List<String> slots() {
        return host.slots().of(name());
    }

    @Override
    public BlockDevice device(String location) {
        inject("device");
        return new SlotAccess(run, host.slots(), location).block();
    }

    @Override
    public SerialDevice serial(String location) {
        return new SlotAccess(run, host.slots(), location).serial();
    }

    @Override
    public void hearFaults(String partition) {
        Processor caller = Processor.current();
        if (caller == null || caller.boot() != run || run.fenced()) {
            throw new HypervisorCallException("faults are asked for on a processor of " + name()
                    + ", during its boot");
        }
        host.hearFaults(run, Objects.requireNonNull(partition, "partition"));
    }

    @Override
    public void run(Runnable task) {
        Objects.requireNonNull(task, "task");
        inject("run");
        if (run.stopping()) {
            throw new HypervisorCallException("boot=" + count + " of partition " + name()
                    + " has ended: it runs no more tasks");
        }
        run.run(task);
    }
}
