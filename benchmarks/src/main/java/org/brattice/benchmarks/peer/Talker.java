package org.brattice.benchmarks.peer;

import java.lang.foreign.MemorySegment;

import org.brattice.api.Boot;
import org.brattice.api.Chunk;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;

/** Firmware that reads to an intake, and sends out of its partition's own memory. */
final class Talker implements Firmware {
    private static final int SOURCES = 256;

    private final IpcaService ipca;
    private final Intake intake;
    private final long[] first = new long[SOURCES];
    private volatile Boot boot;

    Talker(IpcaService ipca, Intake intake) {
        this.ipca = ipca;
        this.intake = intake;
    }

    @Override
    public void boot(Boot granted) {
        boot = granted;
    }

    @Override
    public void message(Message message) {
        intake.take(message.getLong(0), message.getLong(message.length() - Long.BYTES));
    }

    /** A sender has one message on its way at a time, so its number tells whose chunk it is. */
    @Override
    public void chunk(Chunk chunk) {
        int source = chunk.source() % SOURCES;
        if (chunk.offset() == 0) {
            first[source] = chunk.getLong(0);
        }
        if (chunk.offset() + chunk.length() == chunk.total()) {
            intake.take(first[source], chunk.getLong(chunk.length() - Long.BYTES));
        }
    }

    /** Runs something on the partition's processor. */
    void run(Runnable task) {
        boot.run(task);
    }

    /** Where it sends messages to another. On its processor. */
    Port port(String receiver, Load load, boolean batches) {
        int places = batches ? BatchPort.SIZE : 1;
        MemorySegment payload = boot.memory().stream()
                .filter(segment -> segment.byteSize() >= places * load.bytes()).findFirst()
                .orElseThrow().asSlice(0, places * load.bytes());
        int number = ipca.number(receiver);
        if (batches) {
            return new BatchPort(ipca, number, payload, load.bytes());
        }
        boolean waits = load.parks() || load.bytes() > ipca.recordLimit(number);
        return new SegmentPort(ipca, number, payload, waits);
    }
}
