package org.brattice.itests;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.brattice.api.Boot;
import org.brattice.api.Chunk;
import org.brattice.api.Firmware;
import org.brattice.api.MemoryAssembly;
import org.brattice.api.Message;

/**
 * Enters what comes into a tally for each sender, by the digit that its name ends with; throws now and
 * then. The tallies outlive its boots.
 */
final class Counting implements Firmware {
    private static final int THROWING = 1009;
    private final Tally[] tallies;
    private MemoryAssembly assembly;
    private Chunk current;

    Counting(Tally[] tallies) {
        this.tallies = tallies;
    }

    @Override
    public void boot(Boot boot) {
        assembly = new MemoryAssembly(boot.memory().getFirst(),
                (message, payload) -> enter(current, payload, true));
    }

    @Override
    public void message(Message message) {
        enter(message, message.payload(), false);
    }

    @Override
    public void chunk(Chunk chunk) throws Exception {
        current = chunk;
        assembly.chunk(chunk);
    }

    @Override
    public void aborted(int source, long stream) {
        assembly.aborted(source, stream);
    }

    private void enter(Message message, MemorySegment payload, boolean chunked) {
        String source = message.sourceName();
        long number = payload.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        tallies[source.charAt(source.length() - 1) - '0'].enter(number, message, chunked);
        if (number % THROWING == 8 && message.attempt() == 1) {
            throw new IllegalStateException("a message that throws once");
        }
    }
}
