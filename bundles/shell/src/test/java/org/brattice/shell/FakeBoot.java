package org.brattice.shell;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

import org.brattice.api.BlockDevice;
import org.brattice.api.Boot;
import org.brattice.api.MemoryRange;
import org.brattice.api.Resource;
import org.brattice.api.SerialDevice;

/** A boot whose processor is what it is given. */
record FakeBoot(Consumer<Runnable> processor) implements Boot {
    @Override
    public String name() {
        return Operator.PARTITION;
    }

    @Override
    public int number() {
        return 1;
    }

    @Override
    public long count() {
        return 1;
    }

    @Override
    public int processors() {
        return 1;
    }

    @Override
    public List<String> slots() {
        return List.of();
    }

    @Override
    public SerialDevice serial(String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Resource.MemoryBlock> blocks() {
        return List.of();
    }

    @Override
    public MemorySegment block(Resource.MemoryBlock block) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<MemoryRange> ranges() {
        return List.of();
    }

    @Override
    public List<MemorySegment> memory() {
        return List.of();
    }

    @Override
    public void register(long base, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MemoryRange ipca() {
        return null;
    }

    @Override
    public long ipcaSize() {
        return 1 << 20;
    }

    @Override
    public BlockDevice device(String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void hearFaults(String partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void run(Runnable task) {
        processor.accept(task);
    }
}
