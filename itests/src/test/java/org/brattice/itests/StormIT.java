package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

import org.brattice.api.Move.State;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.Resource;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;

/** Two hundred partitions send messages, lose and get resources, stop and start, all at once. */
public class StormIT extends MoveTest {
    private static final int PARTITIONS = 200;
    private static final int SENDERS = 8;
    private static final int RICH = 40;
    private static final String[] SPARING = {"processors=3", "memory=4 MiB",
            "memory.minimum=1 MiB"};
    private static final String[] MEAGRE = {};
    private static final int PROCESSORS = 400;
    private static final int BLOCKS = 512;
    private static final int MOVERS = 4;
    private static final int MOVES = 250;
    private static final Duration SHORT = Duration.ofMillis(200);

    private final long seed = Long.getLong("brattice.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<String> names = IntStream.range(0, PARTITIONS).mapToObj(i -> "p" + i)
            .toList();
    private final List<Storming> partitions = new ArrayList<>();
    private final Map<State, LongAdder> moved = new EnumMap<>(
            Map.of(State.DONE, new LongAdder(), State.UNDONE, new LongAdder()));
    private final LongAdder refused = new LongAdder();

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling("20", "StormIT", "memory = " + BLOCKS + " MiB", "block = 1 MiB",
                "partitions = 256", "processors = " + PROCESSORS, "backing = anonymous");
    }

    @Test
    public void shouldLoseNothingInAStorm() throws Exception {
        System.out.println("storm: seed=" + seed + " (again: -Dbrattice.seed=" + seed + ")");
        long start = System.nanoTime();
        int all = resources().size();
        for (String name : names) {
            partitions.add(new Storming(name, SENDERS, partitions.size() < SENDERS, names,
                    random.split()));
        }
        // Senders last: they are all that there is to do.
        for (Storming partition : partitions.reversed()) {
            Puppets.behave(partition.name, partition);
            start(partition.name, partitions.indexOf(partition) < RICH ? SPARING : MEAGRE);
        }
        long started = millis(start);
        List<CompletableFuture<Void>> movers = new ArrayList<>();
        for (int i = 0; i < MOVERS; i++) {
            SplittableRandom own = random.split();
            movers.add(CompletableFuture.runAsync(() -> move(own), Thread::startVirtualThread));
        }
        CompletableFuture<Void> moving = CompletableFuture
                .allOf(movers.toArray(CompletableFuture[]::new));
        int restarts = 0;
        for (; !moving.isDone(); restarts++) {
            Bundle bundle = context.getBundle("test:p" + random.nextInt(PARTITIONS));
            bundle.stop();
            bundle.start();
        }
        moving.get();
        for (String name : names) {
            await(name, PartitionState.RUNNING);
        }
        partitions.forEach(Storming::enough);
        eventually("all is sent and read", () -> partitions.forEach(this::checkMessages));
        checkResources(all);
        long messages = partitions.stream().flatMap(one -> one.tallies.stream())
                .mapToLong(Tally::count).sum();
        System.out.println("storm: partitions=" + PARTITIONS + " messages=" + messages
                + " moves=" + moved + " refused=" + refused + " restarts=" + restarts
                + " started ms=" + started + " all ms=" + millis(start) + " seed=" + seed);
        assertTrue("messages=" + messages, messages > PARTITIONS);
        assertTrue("moves=" + moved, moved.get(State.DONE).sum() > MOVERS);
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }

    private void move(SplittableRandom own) {
        for (int i = 0; i < MOVES; i++) {
            Resource resource = own.nextBoolean()
                    ? new Resource.Processor(own.nextInt(PROCESSORS))
                    : new Resource.MemoryBlock(own.nextInt(BLOCKS));
            String to = own.nextInt(3) == 0 ? "" : names.get(own.nextInt(PARTITIONS));
            try {
                moved.get(hypervisor().move(new MoveRequest(resource, to, own.nextBoolean(), SHORT,
                        "a storm")).state()).increment();
            } catch (IllegalArgumentException e) {
                // What it keeps, the same owner, or moving already.
                refused.increment();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What a partition has read is what was sent to it, each once and in order. */
    private void checkMessages(Storming receiver) {
        int index = partitions.indexOf(receiver);
        for (int sender = 0; sender < SENDERS; sender++) {
            assertTrue(names.get(sender) + " still sends: " + info(names.get(sender)),
                    partitions.get(sender).over());
            Tally tally = receiver.tallies.get(sender);
            assertEquals(List.of(), tally.wrong());
            assertEquals(names.get(sender) + " to " + receiver.name,
                    partitions.get(sender).sent.get(index), tally.count());
        }
    }
}
