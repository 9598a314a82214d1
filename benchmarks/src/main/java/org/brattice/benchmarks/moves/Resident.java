package org.brattice.benchmarks.moves;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.benchmarks.machine.EmbeddedMachine;

/** Firmware that does what it is handed. */
final class Resident implements Firmware {
    private final CompletableFuture<Boot> boot = new CompletableFuture<>();

    /** A partition that runs, with attributes of its declaration: {@code processors=2}. */
    static Resident run(EmbeddedMachine machine, String name, String... attributes)
            throws InterruptedException {
        Resident resident = new Resident();
        machine.boot(declaration(name, attributes), resident);
        machine.awaitRunning(name);
        return resident;
    }

    static Map<String, String> declaration(String name, String... attributes) {
        Map<String, String> declaration = new HashMap<>(Map.of("partition.name", name));
        for (String attribute : attributes) {
            String[] parts = attribute.split("=", 2);
            declaration.put("partition." + parts[0], parts[1]);
        }
        return declaration;
    }

    @Override
    public void boot(Boot newBoot) {
        boot.complete(newBoot);
    }

    @Override
    public void message(Message message) {
        // Nobody sends it anything but what the hypervisor deals with.
    }

    Boot boot() {
        return boot.join();
    }
}
