package org.brattice.benchmarks.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.brattice.benchmarks.machine.EmbeddedMachine;
import org.brattice.benchmarks.machine.Shape;
import org.osgi.framework.ServiceRegistration;

/** Partitions of the real machine: everything on, nothing left out. */
final class Brattice implements Peer {
    private static final long MEMORY = 1L << 30;
    private static final long BLOCK = 1 << 20;

    private final EmbeddedMachine machine;
    private final boolean dedicated;

    /**
     * On a frame of its own.
     *
     * @param data where its data directory is made
     * @param backing of its frame memory
     * @param dedicated whether its processors are platform threads that poll
     */
    Brattice(Path data, String backing, boolean dedicated) throws Exception {
        this.dedicated = dedicated;
        this.machine = new EmbeddedMachine(data,
                List.of("memory = " + MEMORY + " B", "block = " + BLOCK + " B", "partitions = 256",
                        "backing = " + backing));
    }

    @Override
    public Line line(Load load, Receipt receipt) throws InterruptedException {
        List<ServiceRegistration<?>> partitions = new ArrayList<>();
        // A partition keeps the IPCA it has, so each size of ring has receivers of its own.
        String receiver = "receiver-" + load.ring();
        partitions.add(machine.run(receiver, new Shape(load.ring(), load.ring(), dedicated),
                new Receiving(receipt)));
        List<Sending> senders = new ArrayList<>();
        for (int i = 0; i < load.senders(); i++) {
            Sending sender = new Sending(machine.ipca(), receiver, load);
            partitions.add(machine.run("sender-" + i, new Shape(4 * BLOCK, 64 << 10, dedicated),
                    sender));
            senders.add(sender);
        }
        return new Line() {
            @Override
            public void start(int sender, Consumer<Port> work) {
                senders.get(sender).start(work);
            }

            @Override
            public void close() {
                partitions.forEach(ServiceRegistration::unregister);
            }
        };
    }

    @Override
    public void close() {
        machine.close();
    }
}
