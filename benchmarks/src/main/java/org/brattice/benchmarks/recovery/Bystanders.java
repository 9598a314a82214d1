package org.brattice.benchmarks.recovery;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.benchmarks.machine.EmbeddedMachine;
import org.osgi.framework.Bundle;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** How late messages of others are while partitions loop that nothing can end. */
final class Bystanders {
    private static final int ROUND_TRIPS = 2000;
    private static final int MOST_RUNAWAYS = 2;

    private final Path target;

    Bystanders(Path target) {
        this.target = target;
    }

    void run() throws Exception {
        try (EmbeddedMachine machine = new EmbeddedMachine(target, List.of("memory = 64 MiB",
                "block = 64 KiB", "processors = 64", "partitions = 32"))) {
            Talker ping = Talker.run(machine, "ping", false);
            Talker.run(machine, "pong", true);
            Unruly conductor = Unruly.run(machine, "conductor", Map.of("processors", "2"));
            System.out.println(
                    "host processors: " + Runtime.getRuntime().availableProcessors());
            ping.roundTrips(machine, ROUND_TRIPS);
            for (int runaways = 0; runaways <= MOST_RUNAWAYS; runaways++) {
                if (runaways > 0) {
                    loop(machine, conductor, "runaway" + runaways);
                }
                Verdicts.print("a message there and back beside runaways=" + runaways,
                        ping.roundTrips(machine, ROUND_TRIPS));
            }
        }
    }

    private static void loop(EmbeddedMachine machine, Unruly conductor, String name)
            throws InterruptedException {
        Unruly.run(machine, name, Map.of());
        CountDownLatch sent = new CountDownLatch(1);
        conductor.does(() -> {
            machine.ipca().send(machine.ipca().number(name), Unruly.text(Unruly.LOOP));
            sent.countDown();
        });
        sent.await();
    }

    /** Sends, or sends back. */
    private static final class Talker implements PrototypeServiceFactory<Firmware> {
        private final IpcaService ipca;
        private final boolean answers;
        private final SynchronousQueue<Long> heard = new SynchronousQueue<>();
        private volatile Boot boot;

        private Talker(IpcaService ipca, boolean answers) {
            this.ipca = ipca;
            this.answers = answers;
        }

        static Talker run(EmbeddedMachine machine, String name, boolean answers)
                throws InterruptedException {
            Talker talker = new Talker(machine.ipca(), answers);
            machine.partitions().registerService(Firmware.class, talker,
                    new java.util.Hashtable<>(Map.of("partition.name", name, "partition.memory",
                            "256 KiB", "partition.ipca", "64 KiB", "partition.processors", "2")));
            machine.awaitRunning(name);
            return talker;
        }

        /** Milliseconds of each. */
        List<Double> roundTrips(EmbeddedMachine machine, int times) throws InterruptedException {
            List<Double> millis = new ArrayList<>();
            CountDownLatch over = new CountDownLatch(1);
            boot.run(() -> {
                int other = machine.ipca().number("pong");
                MemorySegment payload = Unruly.text("there and back");
                try {
                    for (int i = 0; i < times; i++) {
                        long start = System.nanoTime();
                        ipca.send(other, payload);
                        millis.add((heard.take() - start) / 1e6);
                        Thread.sleep(1);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                over.countDown();
            });
            over.await();
            return millis;
        }

        @Override
        public Firmware getService(Bundle bundle, ServiceRegistration<Firmware> registration) {
            return new Firmware() {
                @Override
                public void boot(Boot newBoot) {
                    boot = newBoot;
                }

                @Override
                public void message(Message message) throws InterruptedException {
                    if (answers) {
                        ipca.send(message.source(), message.payload());
                    } else {
                        heard.put(System.nanoTime());
                    }
                }
            };
        }

        @Override
        public void ungetService(Bundle bundle, ServiceRegistration<Firmware> registration,
                Firmware service) {
            // Nothing to take back.
        }
    }
}
