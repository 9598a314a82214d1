package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

import org.brattice.api.BlockAdapter;
import org.brattice.api.BlockDevice;
import org.brattice.api.Fault.Kind;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IoAdapter;
import org.brattice.api.SerialAdapter;
import org.brattice.api.SerialDevice;
import org.brattice.hypervisor.resource.Slots;

/**
 * A slot as its owner reaches it: each transfer is checked, and goes piece by piece, so that from the instant in
 * which the slot changes hands nothing more passes.
 */
final class SlotAccess {
    private static final long PIECE = 1 << 20;

    private final BootRun run;
    private final Slots slots;
    private final String location;

    SlotAccess(BootRun run, Slots slots, String location) {
        this.run = run;
        this.slots = slots;
        this.location = location;
    }

    /** What is done with an adapter while nobody else can get its slot. */
    private interface Use<A extends IoAdapter, T> {
        T with(A adapter) throws IOException;
    }

    private <A extends IoAdapter, T> T use(Class<A> kind, Use<A, T> use) throws IOException {
        Processor caller = Processor.current();
        if (caller == null || caller.boot() != run || run.fenced()) {
            throw new HypervisorCallException(
                    "slot=" + location + " is reached on the processors of "
                            + run.partition().name() + ", during the boot that was granted it");
        }
        A adapter = slots.enter(run.partition().name(), location, kind);
        try {
            return use.with(adapter);
        } catch (IOException e) {
            run.fault(Kind.DEVICE_FAILED, "slot=" + location + ": " + Thrown.text(e));
            throw e;
        } finally {
            slots.leave(location);
        }
    }

    /** Calls an adapter, which has no identity: it makes no hypervisor calls for the partition. */
    private <T> T call(ScopedValue.CallableOp<T, IOException> call) throws IOException {
        try {
            return Processor.withoutIdentity(call);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("the adapter in slot=" + location + " threw " + Thrown.text(e),
                    e);
        }
    }

    BlockDevice block() {
        check(BlockAdapter.class);
        return new Block();
    }

    SerialDevice serial() {
        check(SerialAdapter.class);
        return new Serial();
    }

    private void check(Class<? extends IoAdapter> kind) {
        try {
            use(kind, adapter -> null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A buffer of the hypervisor: an adapter never sees partition memory. */
    private static MemorySegment buffer(Arena arena, MemorySegment part) {
        return arena.allocate(part.byteSize());
    }

    private static MemorySegment piece(MemorySegment of, long done) {
        return of.asSlice(done, Math.min(PIECE, of.byteSize() - done));
    }

    private final class Block implements BlockDevice {
        @Override
        public String location() {
            return location;
        }

        @Override
        public long size() {
            try {
                return use(BlockAdapter.class, adapter -> call(adapter::size));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void read(long offset, MemorySegment target) throws IOException {
            Objects.checkFromIndexSize(offset, target.byteSize(), size());
            for (long done = 0; done < target.byteSize(); done += PIECE) {
                MemorySegment piece = piece(target, done);
                long from = offset + done;
                use(BlockAdapter.class, adapter -> {
                    if (Slots.own(adapter)) {
                        adapter.read(from, piece);
                        return null;
                    }
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment buffer = buffer(arena, piece);
                        call(() -> {
                            adapter.read(from, buffer);
                            return null;
                        });
                        piece.copyFrom(buffer);
                    }
                    return null;
                });
            }
        }
    }

    private final class Serial implements SerialDevice {
        @Override
        public String location() {
            return location;
        }

        @Override
        public int read(MemorySegment target) throws IOException {
            MemorySegment piece = piece(target, 0);
            return use(SerialAdapter.class, adapter -> {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment buffer = buffer(arena, piece);
                    int count = call(() -> adapter.read(buffer));
                    if (count < -1 || count > buffer.byteSize()) {
                        throw new IOException("the adapter in slot=" + location + " read bytes="
                                + count + " of at most " + buffer.byteSize());
                    }
                    MemorySegment.copy(buffer, 0, piece, 0, Math.max(0, count));
                    return count;
                }
            });
        }

        @Override
        public void write(MemorySegment source) throws IOException {
            for (long done = 0; done < source.byteSize(); done += PIECE) {
                MemorySegment piece = piece(source, done);
                use(SerialAdapter.class, adapter -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment buffer = buffer(arena, piece).copyFrom(piece);
                        call(() -> {
                            adapter.write(buffer);
                            return null;
                        });
                    }
                    return null;
                });
            }
        }
    }
}
