package org.brattice.benchmarks.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.brattice.benchmarks.machine.EmbeddedMachine;
import org.brattice.benchmarks.machine.Shape;
import org.osgi.framework.ServiceRegistration;

/** Partitions of the real machine: everything on, nothing left out. */
final class Brattice implements Peer {
    private static final Intake NOTHING = (first, last) -> {
        throw new IllegalStateException("nobody sends to a sender");
    };
    private static final long BLOCK = 1 << 20;
    private static final long SMALL_IPCA = 64 << 10;

    private final EmbeddedMachine machine;
    private final Kind kind;

    /**
     * How its partitions are.
     *
     * @param dedicated whether their processors are platform threads that poll
     * @param checksums whether messages to them carry a checksum of their payload
     * @param batches whether senders send several messages by one call
     */
    record Kind(boolean dedicated, boolean checksums, boolean batches) {
        static final Kind DEDICATED = new Kind(true, false, false);
        static final Kind VIRTUAL = new Kind(false, false, false);
        static final Kind CHECKED = new Kind(true, true, false);
        static final Kind BATCHED = new Kind(true, false, true);
    }

    /** On a machine that it closes. */
    Brattice(EmbeddedMachine machine, Kind kind) {
        this.machine = machine;
        this.kind = kind;
    }

    /** On a machine of its own, whose frame memory has such a backing. */
    static Brattice open(Path data, String backing, Kind kind) throws Exception {
        return new Brattice(new EmbeddedMachine(data, List.of("memory = 1 GiB", "block = 1 MiB",
                "partitions = 256", "backing = " + backing)), kind);
    }

    @Override
    public Line line(Load load, Intake intake) throws InterruptedException {
        List<ServiceRegistration<?>> partitions = new ArrayList<>();
        // A partition keeps the IPCA it has, so each size of ring has receivers of its own.
        String receiver = "receiver-" + load.ring();
        partitions.add(machine.run(receiver,
                new Shape(load.ring(), load.ring(), kind.dedicated() && !load.sleeps())
                        .checksums(kind.checksums()),
                new Talker(machine.ipca(), intake)));
        List<Talker> senders = new ArrayList<>();
        for (int i = 0; i < load.senders(); i++) {
            Talker sender = new Talker(machine.ipca(), NOTHING);
            partitions.add(
                    machine.run("sender-" + i, new Shape(4 * BLOCK, SMALL_IPCA, kind.dedicated()),
                            sender));
            senders.add(sender);
        }
        return new Line() {
            @Override
            public void start(int sender, Consumer<Port> work) {
                Talker talker = senders.get(sender);
                talker.run(() -> work.accept(talker.port(receiver, load, kind.batches())));
            }

            @Override
            public void close() {
                partitions.forEach(ServiceRegistration::unregister);
            }
        };
    }

    @Override
    public Pair pair(int bytes, Intake first, Intake second) throws InterruptedException {
        Talker one = new Talker(machine.ipca(), first);
        Talker two = new Talker(machine.ipca(), second);
        Shape shape = new Shape(4 * BLOCK, BLOCK, kind.dedicated())
                .checksums(kind.checksums());
        List<ServiceRegistration<?>> partitions = List.of(machine.run("first", shape, one),
                machine.run("second", shape, two));
        Load load = new Load(1, bytes, false, false);
        Port ofFirst = portOn(one, "second", load);
        Port ofSecond = portOn(two, "first", load);
        return new Pair() {
            @Override
            public Port first() {
                return ofFirst;
            }

            @Override
            public Port second() {
                return ofSecond;
            }

            @Override
            public void kick(long word) {
                one.run(() -> ofFirst.offer(word));
            }

            @Override
            public void close() {
                partitions.forEach(ServiceRegistration::unregister);
            }
        };
    }

    private Port portOn(Talker talker, String receiver, Load load) {
        CompletableFuture<Port> port = new CompletableFuture<>();
        talker.run(() -> port.complete(talker.port(receiver, load, kind.batches())));
        return port.join();
    }

    @Override
    public void close() {
        machine.close();
    }
}
