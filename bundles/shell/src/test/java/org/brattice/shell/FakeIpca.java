package org.brattice.shell;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiFunction;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;

/** Hypervisor calls that note what was asked, and answer as they are told. */
final class FakeIpca implements IpcaService {
    final List<byte[]> payloads = new ArrayList<>();
    final List<Delivery> deliveries = new ArrayList<>();
    BiFunction<Integer, byte[], Long> answer = (receiver, payload) -> 64L;
    List<Outcome> outcomes = List.of();
    final Queue<Tracking> tracks = new ArrayDeque<>();
    int recordLimit = 128 << 10;

    @Override
    public int number(String partition) {
        return 2;
    }

    @Override
    public long send(int receiver, MemorySegment payload, Delivery delivery) {
        return send(receiver, List.of(payload), delivery);
    }

    @Override
    public long send(int receiver, List<MemorySegment> parts, Delivery delivery) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        parts.forEach(part -> whole.writeBytes(part.toArray(ValueLayout.JAVA_BYTE)));
        payloads.add(whole.toByteArray());
        deliveries.add(delivery);
        return answer.apply(receiver, whole.toByteArray());
    }

    @Override
    public int sendBatch(int receiver, MemorySegment messages, int size, Delivery delivery) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Outcome> broadcast(MemorySegment payload, Delivery delivery) {
        payloads.add(payload.toArray(ValueLayout.JAVA_BYTE));
        deliveries.add(delivery);
        return outcomes;
    }

    @Override
    public int recordLimit(int receiver) {
        return recordLimit;
    }

    @Override
    public void read(long address, MemorySegment target) {
        if (address != 0x2000000) {
            throw new HypervisorCallException("address=0x%x is outside the VSR".formatted(address));
        }
        target.fill((byte) 'B');
    }

    @Override
    public List<IpcaEntry> lookUpTable() {
        return List.of();
    }

    @Override
    public long readBy(int receiver) {
        return -1;
    }

    @Override
    public Optional<Tracking> track(int receiver, long position) {
        return Optional.ofNullable(tracks.poll());
    }
}
