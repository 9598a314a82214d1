package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;

/** Keeps what goes to the server apart from what goes to others, as text. */
final class FakeIpca implements IpcaService {
    static final int READER = 3;
    static final int SERVER = 7;
    static final int SECOND = 8;

    final Queue<byte[]> requests = new ArrayDeque<>();
    final List<String> texts = new ArrayList<>();
    int asked;
    final Set<Integer> full = new HashSet<>();

    @Override
    public int number(String partition) {
        return switch (partition) {
            case "reader" -> READER;
            case "vios" -> SERVER;
            case "vios2" -> SECOND;
            default -> throw new HypervisorCallException(
                    "partition=" + partition + " is unknown: known are reader, vios");
        };
    }

    @Override
    public long send(int receiver, MemorySegment payload, Delivery delivery) {
        if (full.contains(receiver)) {
            return NO_ROOM;
        }
        byte[] bytes = payload.toArray(ValueLayout.JAVA_BYTE);
        if (receiver == SERVER || receiver == SECOND) {
            asked = receiver;
            requests.add(bytes);
        } else {
            texts.add(receiver + " " + new String(bytes));
        }
        return 1;
    }

    @Override
    public int recordLimit(int receiver) {
        return 256;
    }

    @Override
    public long send(int receiver, List<MemorySegment> parts, Delivery delivery) {
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
