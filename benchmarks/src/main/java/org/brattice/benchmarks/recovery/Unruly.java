package org.brattice.benchmarks.recovery;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.benchmarks.machine.EmbeddedMachine;
import org.osgi.framework.Bundle;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** A partition that does as it is told by messages: throws, hangs, or sends back what it got. */
final class Unruly implements PrototypeServiceFactory<Firmware> {
    static final String THROW = "throw";
    static final String LOOP = "loop";

    private final IpcaService ipca;
    private volatile CompletableFuture<Boot> boot = new CompletableFuture<>();
    private volatile long looped;

    private Unruly(IpcaService ipca) {
        this.ipca = ipca;
    }

    /** One that runs, with attributes of its declaration. */
    static Unruly run(EmbeddedMachine machine, String name, Map<String, String> attributes)
            throws InterruptedException {
        Unruly unruly = new Unruly(machine.ipca());
        Hashtable<String, String> properties = new Hashtable<>(Map.of("partition.name", name,
                "partition.memory", "256 KiB", "partition.ipca", "64 KiB"));
        attributes.forEach((key, value) -> properties.put("partition." + key, value));
        machine.partitions().registerService(Firmware.class, unruly, properties);
        machine.awaitRunning(name);
        return unruly;
    }

    static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Does something on its processor. */
    void does(Runnable task) {
        boot.join().run(task);
    }

    @Override
    public Firmware getService(Bundle bundle, ServiceRegistration<Firmware> registration) {
        return new Wild();
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<Firmware> registration,
            Firmware service) {
        // Nothing to take back.
    }

    /** Of one boot. */
    private final class Wild implements Firmware {
        @Override
        public void boot(Boot newBoot) {
            boot.complete(newBoot);
            boot = CompletableFuture.completedFuture(newBoot);
        }

        @Override
        public void message(Message message) {
            switch (message.attempt() == 1 ? message.text() : "") {
                case THROW -> throw new IllegalStateException("told to");
                case LOOP -> {
                    while (true) {
                        looped++;
                    }
                }
                default -> {
                    // Nothing else is asked of it.
                }
            }
        }
    }
}
