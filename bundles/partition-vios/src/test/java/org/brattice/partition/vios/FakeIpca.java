package org.brattice.partition.vios;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Map;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;

/** Keeps what is sent, and refuses where a test says so. */
final class FakeIpca implements IpcaService {
    final List<Sent> sent = new ArrayList<>();
    final Map<Integer, Long> refusals = new HashMap<>();
    int waits;
    int limit = 128 << 10;

    record Sent(int receiver, byte[] payload) {}

    @Override
    public long send(int receiver, List<MemorySegment> parts, Delivery delivery) {
        waits += delivery.waitNanos() > 0 ? 1 : 0;
        if (refusals.containsKey(receiver)) {
            return refusals.get(receiver);
        }
        MemorySegment whole = MemorySegment.ofArray(
                new byte[(int) parts.stream().mapToLong(MemorySegment::byteSize).sum()]);
        long at = 0;
        for (MemorySegment part : parts) {
            whole.asSlice(at).copyFrom(part);
            at += part.byteSize();
        }
        sent.add(new Sent(receiver, whole.toArray(ValueLayout.JAVA_BYTE)));
        return sent.size();
    }

    @Override
    public int recordLimit(int receiver) {
        return limit;
    }

    @Override
    public long send(int receiver, MemorySegment payload, Delivery delivery) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int number(String partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int sendBatch(int receiver, MemorySegment messages, int size, Delivery delivery) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Outcome> broadcast(MemorySegment payload, Delivery delivery) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void read(long address, MemorySegment target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<IpcaEntry> lookUpTable() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long readBy(int receiver) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Tracking> track(int receiver, long position) {
        return Optional.empty();
    }
}
