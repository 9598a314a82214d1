package org.brattice.partition.vios;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.brattice.api.BlockDevice;
import org.brattice.api.Boot;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.MemoryRange;
import org.brattice.api.Resource;
import org.brattice.api.SerialDevice;

/** Grants some memory and one device, whose bytes are an array. */
final class FakeBoot implements Boot, BlockDevice {
    static final String SLOT = "U1-P1-C1";
    final byte[] device;
    boolean broken;
    List<String> slots = List.of(SLOT);

    FakeBoot(byte[] device) {
        this.device = device;
    }

    @Override
    public BlockDevice device(String location) {
        if (!location.equals(SLOT)) {
            throw new HypervisorCallException("slot=" + location + " is not yours");
        }
        return this;
    }

    @Override
    public List<MemorySegment> memory() {
        return List.of(MemorySegment.ofArray(new byte[100]),
                MemorySegment.ofArray(new byte[1 << 20]));
    }

    @Override
    public String location() {
        return SLOT;
    }

    @Override
    public long size() {
        return device.length;
    }

    @Override
    public void read(long offset, MemorySegment target) throws IOException {
        if (!slots.contains(SLOT)) {
            throw new HypervisorCallException("slot=" + SLOT + " is not yours");
        }
        if (broken) {
            throw new IOException("sector unreadable");
        }
        target.copyFrom(MemorySegment.ofArray(device).asSlice(offset, target.byteSize()));
    }

    @Override
    public String name() {
        return "vios";
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
        return slots;
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
    public void hearFaults(String partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void run(Runnable task) {
        throw new UnsupportedOperationException();
    }
}
