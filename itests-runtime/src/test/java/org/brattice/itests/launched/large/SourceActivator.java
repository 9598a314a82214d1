package org.brattice.itests.launched.large;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** A partition that sends one message to the sink for each command {@code SEED BYTES}. */
public final class SourceActivator extends PrototypeActivator {
    public SourceActivator() {
        super(Source::new);
    }

    /** The one that sends. */
    static final class Source implements Firmware {
        private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(30));
        private final IpcaService ipca;
        private Boot boot;
        private MemorySegment memory;

        Source(BundleContext context) {
            ipca = context.getService(context.getServiceReference(IpcaService.class));
        }

        @Override
        public void boot(Boot newBoot) {
            boot = newBoot;
            memory = boot.memory().getFirst();
        }

        @Override
        public void message(Message message) {
            String[] words = message.text().split(" ");
            int asker = message.source();
            long seed = Long.parseLong(words[0]);
            long bytes = Long.parseLong(words[1]);
            boot.run(() -> {
                List<MemorySegment> parts = Repeating.parts(Repeating.pool(memory, seed), seed,
                        bytes);
                long before = System.nanoTime();
                long position = ipca.send(ipca.number("sink"), parts, PATIENT);
                String answer = "sent bytes=" + bytes + " position=" + position + " millis="
                        + (System.nanoTime() - before) / 1_000_000 + " .";
                ipca.send(asker,
                        MemorySegment.ofArray(answer.getBytes(StandardCharsets.UTF_8)), PATIENT);
            });
        }
    }
}
