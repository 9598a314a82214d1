package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.util.List;

import org.brattice.api.BlockDevice;
import org.brattice.api.Boot;
import org.brattice.api.MemoryRange;
import org.brattice.api.Resource;
import org.brattice.api.SerialDevice;

/** One boot after another on the same memory. */
record FakeBoot(long count, MemorySegment segment) implements Boot {
    @Override
    public String name() {
        return "reader";
    }

    @Override
    public int number() {
        return FakeIpca.READER;
    }

    @Override
    public List<MemorySegment> memory() {
        return List.of(segment);
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
        throw new UnsupportedOperationException();
    }

    @Override
    public void register(long base, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MemoryRange ipca() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long ipcaSize() {
        throw new UnsupportedOperationException();
    }

    @Override
    public BlockDevice device(String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void hearFaults(String partition) {
        // Nobody has any.
    }

    @Override
    public void run(Runnable task) {
        throw new UnsupportedOperationException();
    }
}
