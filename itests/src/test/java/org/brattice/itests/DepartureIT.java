package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Departure;
import org.brattice.api.Fault;
import org.brattice.api.Holding;
import org.brattice.api.Move;
import org.brattice.api.Move.State;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.RelocationPolicy;
import org.brattice.api.Resource;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/** Bundle life cycle moves resources: what goes when a partition stops, and what comes when it starts. */
public class DepartureIT extends MoveTest {
    private static final Resource.Slot SLOT = new Resource.Slot("U1-P1");
    private static final String[] RICH = {"processors=3", "memory=4 MiB", "memory.minimum=2 MiB",
            "slots=U1-P1"};
    private static final long SETTLE = 400;
    private final List<ServiceRegistration<?>> policies = new ArrayList<>();

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling(Long.toString(SETTLE), "DepartureIT", "memory = 24 MiB",
                "block = 1 MiB", "processors = 6", "partitions = 16", "backing = anonymous",
                "slot.U1-P1 = block frame.conf read-only");
    }

    @After
    public void withdraw() {
        policies.forEach(ServiceRegistration::unregister);
        policies.clear();
    }

    private void policy(int ranking, RelocationPolicy policy) {
        policies.add(context.registerService(RelocationPolicy.class, policy,
                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, ranking))));
    }

    private Bundle stop(String name) throws Exception {
        Bundle bundle = context.getBundle("test:" + name);
        bundle.stop();
        await(name, PartitionState.STOPPED);
        return bundle;
    }

    private static Map<Resource, String> all(Departure departure, String to) {
        Map<Resource, String> places = new LinkedHashMap<>();
        departure.resources().forEach(resource -> places.put(resource, to));
        return places;
    }

    private int total() {
        return hypervisor().holdings().stream().mapToInt(one -> one.processors().size()).sum();
    }

    @Test
    public void shouldFreeWhatAStoppedPartitionOwnsAboveItsIdentity() throws Exception {
        MoveTerminal alice = mover("alice", RICH);
        Holding before = holding("alice");
        long moves = hypervisor().moves().size();
        Bundle bundle = stop("alice");
        eventually("its resources have gone", () -> {
            Holding after = holding("alice");
            assertEquals(List.of(), after.processors());
            assertEquals(List.of(), after.slots());
            assertEquals("it keeps its minimum", 2, after.blocks().size());
        });
        assertEquals(6, holding("").processors().size());
        List<Move> journal = hypervisor().moves();
        assertEquals(moves + 6, journal.getLast().id());
        assertEquals("alice departed; policy: free pool", journal.getLast().cause());

        bundle.start();
        await("alice", PartitionState.RUNNING);
        assertEquals(before.processors().size(), holding("alice").processors().size());
        assertEquals(before.blocks().size(), holding("alice").blocks().size());
        assertEquals(before.slots(), holding("alice").slots());
        assertEquals("done", alice.call(() -> "done"));
    }

    @Test
    public void shouldMoveNothingWhenAPartitionComesBackInTime() throws Exception {
        mover("alice", RICH);
        List<Holding> before = hypervisor().holdings();
        List<Move> moves = hypervisor().moves();
        Bundle bundle = context.getBundle("test:alice");
        for (int i = 0; i < 5; i++) {
            bundle.update(small("alice", RICH).version("1.0." + i).stream());
            await("alice", PartitionState.RUNNING);
        }
        assertEquals(before, hypervisor().holdings());
        Thread.sleep(2 * SETTLE);
        assertEquals("nothing moves later either", before, hypervisor().holdings());
        assertEquals(moves, hypervisor().moves());
    }

    @Test
    public void shouldFreeWhatAFailedPartitionOwns() throws Exception {
        MoveTerminal alice = mover("alice", RICH);
        alice.fails = "worn out";
        Bundle bundle = context.getBundle("test:alice");
        bundle.stop();
        bundle.start();
        await("alice", PartitionState.FAILED);
        eventually("its resources have gone",
                () -> assertEquals(List.of(), holding("alice").processors()));
        assertTrue(hypervisor().moves().getLast().cause().startsWith("alice departed"));
    }

    @Test
    public void shouldMoveWhereThePolicyOfTheHighestRankSays() throws Exception {
        BlockingQueue<Departure> asked = new LinkedBlockingQueue<>();
        mover("alice", RICH);
        MoveTerminal bob = mover("bob");
        policy(1, departure -> all(departure, "nobody asks this one"));
        policy(5, departure -> {
            asked.add(departure);
            return all(departure, "bob");
        });
        policy(9, departure -> Map.of(SLOT, ""));
        stop("alice");
        Departure departure = asked.poll(10, TimeUnit.SECONDS);
        assertEquals("alice", departure.partition());
        assertEquals("the slot was placed already", 5, departure.resources().size());
        eventually("bob has got them", () -> {
            assertEquals(4, holding("bob").processors().size());
            assertEquals(3, holding("bob").blocks().size());
        });
        eventually("the slot is free",
                () -> assertEquals(List.of("U1-P1"), holding("").slots()));
        eventually("bob has heard of each by a message", () -> assertEquals(5, bob.heard.stream()
                .filter(one -> one.endsWith(" from alice by hypervisor")).count()));
        assertEquals(6, total());
        assertEquals(List.of(), moduleFaults());
    }

    private List<String> moduleFaults() {
        return hypervisor().faults().stream()
                .filter(fault -> fault.kind() == Fault.Kind.MODULE_FAILED).map(Fault::cause)
                .toList();
    }

    @Test
    public void shouldTakeNothingForAPartitionThatIsRefusedAnyhow() throws Exception {
        int free = hypervisor().frame().freeBlocks();
        mover("alice", "memory=" + free + " MiB", "memory.minimum=2 MiB", "slots=U1-P1");
        long moves = moves();
        refusal(BundleException.class,
                () -> install(small("bob", "slots=U1-P1"), "test:bob").start());
        assertTrue(info("bob").reason(), info("bob").reason().startsWith(
                "slots=U1-P1 is owned by partition alice: move it away with move slot:U1-P1"));
        assertEquals(free, holding("alice").blocks().size());
        assertEquals(moves, moves());
    }

    private long moves() {
        List<Move> moves = hypervisor().moves();
        return moves.isEmpty() ? 0 : moves.getLast().id();
    }

    @Test
    public void shouldSkipPoliciesThatFail() throws Exception {
        int known = moduleFaults().size();
        mover("alice", RICH);
        mover("bob");
        CountDownLatch never = new CountDownLatch(1);
        policy(9, departure -> {
            throw new IllegalStateException("out of ideas");
        });
        policy(8, departure -> all(departure, "nowhere"));
        policy(7, departure -> all(departure, "alice"));
        policy(6, departure -> Map.of(new Resource.Processor(63), "bob"));
        policy(5, departure -> null);
        policy(4, departure -> {
            never.await();
            return Map.of();
        });
        policy(3, departure -> Map.of(SLOT, "bob"));
        stop("alice");
        eventually("the one that works was asked",
                () -> assertEquals(List.of("U1-P1"), holding("bob").slots()));
        eventually("the rest is free",
                () -> assertEquals(List.of(), holding("alice").processors()));
        List<String> faults = moduleFaults().subList(known, known + 6);
        for (String what : List.of(" threw java.lang.IllegalStateException: out of ideas: it was",
                " for nowhere, which is no partition of the frame: it was skipped",
                " for alice, which is the partition that departed: it was skipped",
                " proposed processor:63, which is not to be placed: it was skipped",
                " proposed null: it was skipped", " did not answer in 2000 ms: it was skipped")) {
            assertEquals(faults.toString(), 1,
                    faults.stream().filter(fault -> fault.contains(what)).count());
        }
    }

    @Test
    public void shouldFreeWhatTheWinnerDoesNotWant() throws Exception {
        mover("alice", RICH);
        MoveTerminal bob = mover("bob");
        bob.veto = "no use for it";
        policy(1, departure -> all(departure, "bob"));
        stop("alice");
        eventually("it is free", () -> {
            assertEquals(List.of("U1-P1"), holding("").slots());
            assertEquals(List.of(), holding("alice").processors());
        });
        assertEquals(1, holding("bob").processors().size());
        assertTrue(hypervisor().moves().stream()
                .anyMatch(move -> move.cause().contains("as bob did not take it")));
    }

    @Test
    public void shouldAskOthersForWhatAPartitionDeclares() throws Exception {
        mover("alice", "processors=5", "processors.minimum=2", "memory=10 MiB",
                "memory.minimum=2 MiB");
        MoveTerminal bob = mover("bob", "processors=4", "processors.minimum=3", "memory=12 MiB",
                "memory.minimum=10 MiB");
        assertTrue(hypervisor().moves().toString(), hypervisor().moves().stream()
                .anyMatch(move -> move.cause().startsWith("bob is to start, and lacks")));
        eventually("bob has got all that it declares", () -> {
            assertEquals(4, holding("bob").processors().size());
            assertEquals(12, holding("bob").blocks().size());
        });
        assertEquals(2, holding("alice").processors().size());
        assertEquals("done", bob.call(() -> "done"));
        assertEquals(6, total());
    }

    @Test
    public void shouldStartWithLessWhenOthersVeto() throws Exception {
        MoveTerminal alice = mover("alice", "processors=5", "processors.minimum=2");
        alice.veto = "I need them";
        mover("bob", "processors=4");
        eventually("alice was asked", () -> assertTrue(hypervisor().moves().stream()
                .anyMatch(move -> move.outcome().equals("alice vetoed it: I need them"))));
        assertEquals(1, holding("bob").processors().size());
        assertEquals(5, holding("alice").processors().size());

        Bundle carol = install(small("carol", "processors=3", "processors.minimum=2"),
                "test:carol");
        carol.start();
        eventually("carol is refused", () -> assertEquals(PartitionState.REFUSED,
                info("carol").state()));
        assertEquals(
                "processors.minimum=2 are not free in the frame, and those who could spare them"
                        + " did not: say journal",
                info("carol").reason());
        Bundle dave = install(small("dave", "processors=6", "processors.minimum=6"), "test:dave");
        refusal(BundleException.class, dave::start);
        assertEquals(
                "processors.minimum=6 must be at most 3, which are free in the frame or can be spared"
                        + " by others: uninstall a partition, or raise processors in the frame"
                        + " description",
                info("dave").reason());
    }

    @Test
    public void shouldGetItsSlotBackFromTheStandby() throws Exception {
        mover("alice", RICH);
        MoveTerminal bob = mover("bob");
        policy(1, departure -> Map.of(SLOT, "bob"));
        Bundle bundle = stop("alice");
        eventually("bob stands in", () -> assertEquals(List.of("U1-P1"), holding("bob").slots()));
        // Bob hears of that when it has it.
        for (String heard = ""; !heard.equals("slot:U1-P1 DONE"); heard = bob.hears()) {
            assertNotEquals(null, heard);
        }
        bundle.start();
        await("alice", PartitionState.RUNNING);
        eventually("alice has it back",
                () -> assertEquals(List.of("U1-P1"), holding("alice").slots()));
        assertTrue(
                bob.hears().startsWith("releasing slot:U1-P1 to alice, alice starts, and lacks"));
        assertEquals(State.DONE, hypervisor().move(new MoveRequest(SLOT, "bob", false,
                Duration.ofSeconds(5), "the test asks")).state());
    }

    @Test
    public void shouldKeepWhatIsOnItsWayWhenItComesBack() throws Exception {
        mover("alice", RICH);
        MoveTerminal bob = mover("bob");
        List<Holding> before = hypervisor().holdings();
        CountDownLatch thinks = new CountDownLatch(1);
        bob.holds = thinks;
        policy(1, departure -> all(departure, "bob"));
        Bundle bundle = stop("alice");
        assertTrue(bob.hears().startsWith("arriving "));
        bundle.start();
        await("alice", PartitionState.RUNNING);
        thinks.countDown();
        bob.holds = null;
        eventually("the move has ended", () -> assertEquals(State.UNDONE,
                hypervisor().moves().getLast().state()));
        assertEquals("alice came back meanwhile", hypervisor().moves().getLast().outcome());
        assertEquals(before, hypervisor().holdings());
    }

    @Test
    public void shouldNotDepartWhileItAsksOthersInOrderToStart() throws Exception {
        mover("alice", "processors=2", "memory=3 MiB", "memory.minimum=3 MiB");
        MoveTerminal bob = mover("bob", "memory=16 MiB", "memory.minimum=8 MiB");
        CountDownLatch thinks = new CountDownLatch(1);
        bob.holds = thinks;
        long moves = hypervisor().moves().getLast().id();
        Bundle carol = install(small("carol", "memory=5 MiB"), "test:carol");
        carol.start();
        assertTrue(bob.hears().startsWith("releasing block:"));
        eventually("carol waits", () -> assertTrue(info("carol").reason(),
                info("carol").reason().startsWith("others are asked for what it lacks")));
        thinks.countDown();
        bob.holds = null;
        await("carol", PartitionState.RUNNING);
        assertEquals(5, holding("carol").blocks().size());
        assertTrue(hypervisor().moves().stream().filter(move -> move.id() > moves)
                .noneMatch(move -> move.cause().contains("departed")));
    }

    @Test
    public void shouldTryAgainWhatWasRefusedWhenAnotherDeparts() throws Exception {
        MoveTerminal alice = mover("alice", "processors=6", "processors.minimum=2");
        alice.veto = "I need them";
        install(small("carol", "processors=3", "processors.minimum=2"), "test:carol").start();
        eventually("carol is refused",
                () -> assertEquals(PartitionState.REFUSED, info("carol").state()));
        stop("alice");
        await("carol", PartitionState.RUNNING);
        eventually("carol has got all that it declares",
                () -> assertEquals(3, holding("carol").processors().size()));
    }

    @Test
    public void shouldNotAskAPolicyTwiceThatHangs() throws Exception {
        int known = moduleFaults().size();
        mover("alice", "processors=2");
        mover("bob", "processors=2");
        CountDownLatch over = new CountDownLatch(1);
        policy(9, departure -> {
            boolean interrupted = true;
            while (interrupted) {
                try {
                    over.await();
                    interrupted = false;
                } catch (InterruptedException e) {
                    // It does not care.
                }
            }
            return Map.of();
        });
        Map<Resource, String> nobody = new LinkedHashMap<>();
        nobody.put(null, "bob");
        policy(8, departure -> nobody);
        stop("alice");
        eventually("alice's are free",
                () -> assertEquals(List.of(), holding("alice").processors()));
        stop("bob");
        eventually("bob's are free", () -> assertEquals(List.of(), holding("bob").processors()));
        over.countDown();
        String faults = moduleFaults().subList(known, moduleFaults().size()).toString();
        assertTrue(faults, faults.contains(" did not answer in 2000 ms: it was skipped"));
        assertTrue(faults, faults.contains(" has not answered the last time yet: it was skipped"));
        assertTrue(faults, faults.contains(" proposed null, which is not to be placed"));
    }
}
