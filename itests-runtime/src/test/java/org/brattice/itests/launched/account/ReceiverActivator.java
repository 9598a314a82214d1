package org.brattice.itests.launched.account;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

import org.brattice.api.Boot;
import org.brattice.api.Chunk;
import org.brattice.api.ChunkedMessage;
import org.brattice.api.Firmware;
import org.brattice.api.MemoryAssembly;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** A partition that enters every message into its account, and throws now and then. */
public final class ReceiverActivator extends PrototypeActivator {
    public ReceiverActivator() {
        super(Receiver::new);
    }

    /** The one that keeps the account. */
    static final class Receiver implements Firmware {
        private final Accounts accounts;
        private final Pair[] pairs = new Pair[Accounts.SENDERS];
        private MemoryAssembly assembly;
        private Chunk current;

        Receiver(BundleContext context) {
            accounts = Accounts.in(Path.of(context.getProperty("brattice.data")));
        }

        @Override
        public void boot(Boot boot) {
            for (int i = 0; i < Accounts.SENDERS; i++) {
                pairs[i] = accounts.pair(i, Accounts.index(boot.name()));
            }
            assembly = new MemoryAssembly(boot.memory().getFirst(), this::whole);
        }

        @Override
        public void message(Message message) {
            enter(message, message.payload(), false);
        }

        @Override
        public void chunk(Chunk chunk) throws Exception {
            if (chunk.attempt() == 1 && chunk.offset() > 0
                    && Numbered.chunkThrowing(chunk.stream())) {
                throw new IllegalStateException("a chunk that throws once");
            }
            current = chunk;
            assembly.chunk(chunk);
        }

        private void whole(ChunkedMessage message, MemorySegment payload) {
            enter(current, payload, true);
        }

        @Override
        public void aborted(int source, long stream) {
            assembly.aborted(source, stream);
        }

        private void enter(Message message, MemorySegment payload, boolean chunked) {
            Pair pair = pairs[Accounts.index(message.sourceName())];
            long number = payload.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            if (Numbered.throwing(number) && message.attempt() == 1) {
                pair.thrown();
                throw new IllegalStateException("a message that throws once");
            }
            // First, so that a process that ends in what follows repeats a message that was entered.
            pair.handled(number, message.position(), message.attempt(), chunked);
            if (!Numbered.intact(payload)) {
                pair.damaged(number);
            }
        }
    }
}
