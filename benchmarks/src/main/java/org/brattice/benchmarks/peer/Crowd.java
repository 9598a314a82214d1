package org.brattice.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.Delivery;
import org.brattice.api.Outcome;
import org.brattice.benchmarks.machine.EmbeddedMachine;
import org.brattice.benchmarks.machine.Shape;
import org.osgi.framework.ServiceRegistration;

/** Our machine with so many partitions: two can be active, the others sleep. */
public final class Crowd implements Peer, Rounds {
    private static final int HOUR_MILLIS = 3_600_000;
    private static final long BLOCK = 64 << 10;
    private static final long SPARE = 256L << 20;
    private static final int PAYLOAD = 32;
    /** Partitions of the frame that {@link Brattice} and this need for themselves. */
    private static final int ACTIVE = 6;
    private static final Shape SLEEPER = new Shape(BLOCK, BLOCK, false, HOUR_MILLIS);
    private static final Shape SENDER = new Shape(2 * BLOCK, BLOCK, false);

    private final EmbeddedMachine machine;
    private final Brattice active;
    private final int others;
    private final AtomicLong heard = new AtomicLong();
    private final Intake hearing = (first, last) -> heard.incrementAndGet();
    private List<ServiceRegistration<?>> sleepers;

    Crowd(Path data, int partitions) throws Exception {
        // The tables have, for each partition, a place in each other's page.
        long tables = partitions * (16L * partitions + 8192);
        long memory = (tables + partitions * BLOCK + SPARE) / BLOCK * BLOCK;
        machine = new EmbeddedMachine(data, List.of("memory = " + memory + " B",
                "block = " + BLOCK + " B", "partitions = " + Math.max(16, partitions),
                "processors = " + (partitions + 64), "backing = memory"));
        active = new Brattice(machine, Brattice.Kind.DEDICATED);
        others = Math.max(0, partitions - ACTIVE);
        sleepers = boot();
    }

    private static String name(int i) {
        return "sleeper-" + i;
    }

    private List<ServiceRegistration<?>> boot() throws InterruptedException {
        List<ServiceRegistration<?>> booted = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            booted.add(machine.boot(name(i), SLEEPER, new Talker(machine.ipca(), hearing)));
        }
        for (int i = 0; i < others; i++) {
            machine.awaitRunning(name(i));
        }
        return booted;
    }

    @Override
    public Line line(Load load, Intake intake) throws InterruptedException {
        return active.line(load, intake);
    }

    @Override
    public Pair pair(int bytes, Intake first, Intake second) throws InterruptedException {
        return active.pair(bytes, first, second);
    }

    /**
     * Sends to each in turn. They are stopped meanwhile, so that a send is a send and not a wake-up; they
     * read everything when they boot again.
     */
    @Override
    public double nanosEach(int rounds) throws InterruptedException {
        double nanos = 0;
        for (int cycle = 0; cycle < 2; cycle++) {
            sleepers.forEach(ServiceRegistration::unregister);
            long before = heard.get();
            nanos = onSender(talker -> rounds(talker, rounds));
            sleepers = boot();
            awaitHeard(before + (long) rounds * others);
        }
        return nanos / ((double) rounds * others);
    }

    private long rounds(Talker talker, int rounds) {
        List<Port> ports = new ArrayList<>();
        Load load = new Load(1, PAYLOAD, false, false);
        for (int i = 0; i < others; i++) {
            ports.add(talker.port(name(i), load, false));
        }
        Port[] all = ports.toArray(Port[]::new);
        long begun = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            for (Port port : all) {
                if (!port.offer(round)) {
                    throw new IllegalStateException("no room in round=" + round);
                }
            }
        }
        return System.nanoTime() - begun;
    }

    /** Broadcasts so many times; each time the nanoseconds of the call, and until all have read. */
    public List<long[]> broadcast(int times) throws InterruptedException {
        List<long[]> durations = new ArrayList<>();
        onSender(talker -> {
            MemorySegment payload = MemorySegment.ofArray(new byte[PAYLOAD]);
            for (int i = 0; i < times; i++) {
                durations.add(shout(payload));
            }
            return 0;
        });
        return durations;
    }

    private long[] shout(MemorySegment payload) {
        long before = heard.get();
        long begun = System.nanoTime();
        List<Outcome> outcomes = machine.ipca().broadcast(payload, Delivery.TRY);
        long called = System.nanoTime() - begun;
        if (outcomes.size() != others || !outcomes.stream().allMatch(Outcome::sent)) {
            throw new IllegalStateException("not all were reached: " + outcomes.size());
        }
        awaitHeard(before + others);
        return new long[]{called, System.nanoTime() - begun};
    }

    private void awaitHeard(long count) {
        while (heard.get() < count) {
            LockSupport.parkNanos(1000);
        }
    }

    private interface OnSender {
        long run(Talker talker);
    }

    /** Runs something on the processor of a partition that sends. */
    private long onSender(OnSender work) throws InterruptedException {
        Talker talker = new Talker(machine.ipca(), hearing);
        ServiceRegistration<?> sender = machine.run("sender", SENDER, talker);
        CompletableFuture<Long> result = new CompletableFuture<>();
        talker.run(() -> {
            try {
                result.complete(work.run(talker));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } finally {
            sender.unregister();
        }
    }

    @Override
    public void close() {
        machine.close();
    }
}
