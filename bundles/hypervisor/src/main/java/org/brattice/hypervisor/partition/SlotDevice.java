package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

import org.brattice.api.BlockDevice;
import org.brattice.api.HypervisorCallException;
import org.brattice.hypervisor.resource.FileDevice;
import org.brattice.hypervisor.resource.Slots;

/** A device as the owner of its slot reaches it: each access is checked. */
final class SlotDevice implements BlockDevice {
    private static final long PIECE = 1 << 20;

    private final BootRun run;
    private final Slots slots;
    private final String location;

    SlotDevice(BootRun run, Slots slots, String location) {
        this.run = run;
        this.slots = slots;
        this.location = location;
        device();
    }

    private FileDevice device() {
        Processor caller = Processor.current();
        if (caller == null || caller.boot() != run || run.fenced()) {
            throw new HypervisorCallException(
                    "slot=" + location + " is reached on the processors of "
                            + run.partition().name() + ", during the boot that was granted it");
        }
        if (!slots.owns(run.partition().name(), location)) {
            throw new HypervisorCallException("slot=" + location + " is not owned by partition "
                    + run.partition().name() + ": declare it in slots, or have it moved there");
        }
        FileDevice device = slots.device(location);
        if (device == null) {
            throw new HypervisorCallException(
                    "slot=" + location + " is no longer in the frame: add slot."
                            + location + " to the frame description");
        }
        return device;
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public long size() {
        try {
            return device().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void read(long offset, MemorySegment target) throws IOException {
        Objects.checkFromIndexSize(offset, target.byteSize(), size());
        // Piece by piece: from the instant that the slot moves nothing more is read.
        for (long done = 0; done < target.byteSize();) {
            long piece = Math.min(PIECE, target.byteSize() - done);
            device().read(offset + done, target.asSlice(done, piece));
            done += piece;
        }
    }
}
