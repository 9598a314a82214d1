package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.BlockDevice;
import org.brattice.api.Firmware;
import org.brattice.api.Holding;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Move;
import org.brattice.api.Move.State;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.Relocation;
import org.brattice.api.Resource;
import org.brattice.api.Veto;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Resource moves between partitions that agree, disagree, hang, and do not run. */
public class MoveIT extends MoveTest {
    private static final Resource.Slot SLOT = new Resource.Slot("U1-P1");
    private static final int STORM = 60;
    private static final Duration SHORT = Duration.ofMillis(300);

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("MoveIT", "memory = 64 MiB", "block = 1 MiB", "processors = 64",
                "backing = anonymous", "slot.U1-P1 = block frame.conf read-only");
    }

    private int processors() {
        return hypervisor().holdings().stream().mapToInt(one -> one.processors().size()).sum();
    }

    @Test
    public void shouldMoveAProcessorThatBothAgreeOn() throws Exception {
        MoveTerminal alice = mover("alice", "processors=3");
        MoveTerminal bob = mover("bob");
        assertFalse(together(bob, 2, 300));
        Resource.Processor processor = processor("alice");

        Move move = hypervisor().move(request(processor, "bob"));

        assertEquals(State.DONE, move.state());
        assertEquals("", move.outcome());
        assertEquals(move, hypervisor().moves().getLast());
        assertEquals("releasing " + processor + " to bob, the test asks", alice.hears());
        assertEquals("arriving " + processor + " from alice", bob.hears());
        assertEquals(processor + " DONE", alice.hears());
        assertEquals(processor + " DONE", bob.hears());
        assertEquals(2, info("alice").processors());
        assertEquals(2, info("bob").processors());
        assertTrue(holding("bob").processors().contains(processor.index()));
        assertEquals(64, processors());
        assertTrue(together(bob, 2, 20_000));
    }

    /** Whether so many tasks of a partition run at the same time. */
    private static boolean together(MoveTerminal mover, int tasks, long millis) throws Exception {
        CyclicBarrier meeting = new CyclicBarrier(tasks);
        List<CompletableFuture<Boolean>> met = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            CompletableFuture<Boolean> one = new CompletableFuture<>();
            met.add(one);
            mover.boot.run(() -> {
                try {
                    meeting.await(millis, TimeUnit.MILLISECONDS);
                    one.complete(true);
                } catch (Exception e) {
                    one.complete(false);
                }
            });
        }
        boolean all = true;
        for (CompletableFuture<Boolean> one : met) {
            all &= one.get();
        }
        return all;
    }

    @Test
    public void shouldUndoAMoveThatOneOfThemVetoes() throws Exception {
        MoveTerminal alice = mover("alice", "processors=3");
        MoveTerminal bob = mover("bob");
        List<Holding> before = hypervisor().holdings();
        alice.veto = "a transfer is under way";

        Move vetoed = hypervisor().move(request(processor("alice"), "bob"));
        assertEquals(State.UNDONE, vetoed.state());
        assertEquals("alice vetoed it: a transfer is under way", vetoed.outcome());
        alice.veto = null;
        bob.veto = "no use for it";
        assertEquals("bob vetoed it: no use for it",
                hypervisor().move(request(processor("alice"), "bob")).outcome());
        assertEquals(before, hypervisor().holdings());
        bob.veto = null;
        assertEquals(State.DONE, hypervisor().move(request(processor("alice"), "bob")).state());
    }

    @Test
    public void shouldUndoOrOverruleWhenAPartitionDoesNotAnswer() throws Exception {
        MoveTerminal alice = mover("alice", "slots=U1-P1", "processors=2");
        mover("bob");
        CountDownLatch holds = new CountDownLatch(1);
        alice.holds = holds;
        try {
            Move undone = hypervisor().move(new MoveRequest(SLOT, "bob", false, SHORT, "asked"));
            assertEquals(State.UNDONE, undone.state());
            assertEquals("alice did not answer in 300 ms", undone.outcome());
            assertEquals(List.of("U1-P1"), holding("alice").slots());

            Move done = hypervisor().move(new MoveRequest(SLOT, "bob", true, SHORT, "asked"));
            assertEquals(State.DONE, done.state());
            assertEquals("alice did not answer in 300 ms and was overruled", done.outcome());
            assertEquals(List.of("U1-P1"), holding("bob").slots());
        } finally {
            holds.countDown();
        }
        assertEquals("releasing slot:U1-P1 to bob, asked", alice.hears());
        assertEquals("slot:U1-P1 UNDONE", alice.hears());
        assertEquals("slot:U1-P1 DONE", alice.hears());
        assertEquals("who answers late is not at fault", List.of(), info("alice").faults());
    }

    @Test
    public void shouldUndoWhenTheLoserEndsBeforeItAnswers() throws Exception {
        MoveTerminal alice = mover("alice", "slots=U1-P1");
        mover("bob");
        CountDownLatch holds = new CountDownLatch(1);
        alice.holds = holds;
        CompletableFuture<Move> moving = CompletableFuture.supplyAsync(() -> {
            try {
                return hypervisor().move(request(SLOT, "bob"));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals("releasing slot:U1-P1 to bob, the test asks", alice.hears());
        context.getBundle("test:alice").stop();
        try {
            assertEquals("alice ended before it answered", moving.get().outcome());
            assertEquals(List.of("U1-P1"), holding("alice").slots());
        } finally {
            holds.countDown();
        }
    }

    @Test
    public void shouldSayWhichThreadKeepsAProcessor() throws Exception {
        MoveTerminal alice = mover("alice", "processors=2");
        mover("bob");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ends = new CountDownLatch(1);
        alice.boot.run(() -> {
            begun.countDown();
            try {
                ends.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        begun.await();
        Resource.Processor processor = processor("alice");

        Move undone = hypervisor().move(new MoveRequest(processor, "bob", true, SHORT, "asked"));

        assertEquals(State.UNDONE, undone.state());
        assertTrue(undone.outcome(), undone.outcome().matches(
                "no processor of alice left in 300 ms: thread=brattice-alice-[12] is in "
                        + "org.brattice.itests.MoveIT.lambda[^;]*"));
        ends.countDown();
        assertEquals(2, info("alice").processors());
        assertEquals("done", alice.call(() -> "done"));
        assertEquals(State.DONE, hypervisor().move(request(processor, "bob")).state());
        assertEquals("done", alice.call(() -> "done"));
    }

    @Test
    public void shouldWriteForALoserThatDoesNotRun() throws Exception {
        mover("alice", "slots=U1-P1");
        MoveTerminal bob = mover("bob");
        context.getBundle("test:alice").stop();
        await("alice", PartitionState.STOPPED);

        assertEquals(State.DONE, hypervisor().move(request(SLOT, "bob")).state());
        assertEquals("arriving slot:U1-P1 from alice by hypervisor", bob.hears());
        Move free = hypervisor().move(request(SLOT, ""));
        assertEquals(State.DONE, free.state());
        assertEquals(List.of("U1-P1"), holding("").slots());
        assertEquals(State.DONE, hypervisor().move(request(SLOT, "bob")).state());
        assertEquals("slot:U1-P1 DONE", bob.hears());
        assertEquals("releasing slot:U1-P1 to , the test asks", bob.hears());
        assertEquals("slot:U1-P1 DONE", bob.hears());
        assertEquals("arriving slot:U1-P1 from  by hypervisor", bob.hears());
    }

    @Test
    public void shouldMoveToAPartitionThatDoesNotRun() throws Exception {
        mover("alice", "slots=U1-P1");
        MoveTerminal bob = mover("bob");
        context.getBundle("test:bob").stop();
        await("bob", PartitionState.STOPPED);

        Move move = hypervisor().move(request(SLOT, "bob"));
        assertEquals("bob does not run: it reads of it at its next boot", move.outcome());
        context.getBundle("test:bob").start();
        await("bob", PartitionState.RUNNING);
        assertEquals(List.of("U1-P1"), info("bob").slots());
        assertTrue(bob.call(() -> bob.boot.device("U1-P1").size()) > 0);
        assertEquals("slot:U1-P1 DONE", bob.hears());
        assertEquals(0, bob.received.size());
    }

    @Test
    public void shouldReachADeviceThroughItsOwnerAlone() throws Exception {
        MoveTerminal alice = mover("alice", "slots=U1-P1");
        MoveTerminal bob = mover("bob");
        BlockDevice kept = alice.call(() -> alice.boot.device("U1-P1"));
        MemorySegment target = MemorySegment.ofArray(new byte[16]);
        alice.run(() -> kept.read(0, target));

        assertEquals(State.DONE, hypervisor().move(request(SLOT, "bob")).state());
        assertEquals("slot=U1-P1 is not owned by partition alice: declare it in slots, or have it"
                + " moved there",
                refusal(HypervisorCallException.class,
                        () -> alice.run(() -> kept.read(0, target))));
        bob.run(() -> bob.boot.device("U1-P1").read(0, target));
    }

    @Test
    public void shouldMoveNothingWhenABundleIsUpdated() throws Exception {
        mover("alice", "slots=U1-P1", "processors=3");
        mover("bob");
        hypervisor().move(request(SLOT, "bob"));
        hypervisor().move(request(processor("alice"), "bob"));
        List<Holding> before = hypervisor().holdings();
        for (String name : List.of("alice", "bob")) {
            Bundle bundle = context.getBundle("test:" + name);
            bundle.stop();
            bundle.start();
            await(name, PartitionState.RUNNING);
        }
        assertEquals(before, hypervisor().holdings());
        assertEquals(2, info("alice").processors());
    }

    /** Random moves, vetoes and restarts; then each boot runs on what its partition owns. */
    @Test
    public void shouldKeepOneOwnerThroughAStormOfMoves() throws Exception {
        long seed = Long.getLong("brattice.seed", System.nanoTime());
        System.out
                .println("storm of moves: seed=" + seed + " (again: -Dbrattice.seed=" + seed + ")");
        List<MoveTerminal> movers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            movers.add(mover("p" + i, "processors=4"));
        }
        List<CompletableFuture<Integer>> storms = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
            Random random = new Random(seed + thread);
            storms.add(CompletableFuture.supplyAsync(() -> storm(random, movers)));
        }
        Random random = new Random(seed - 1);
        for (int i = 0; i < 10; i++) {
            Bundle bundle = context.getBundle("test:p" + random.nextInt(movers.size()));
            bundle.stop();
            assertEquals(64, processors());
            bundle.start();
        }
        int moved = 0;
        for (CompletableFuture<Integer> one : storms) {
            moved += one.get();
        }
        List<Integer> owned = new ArrayList<>();
        hypervisor().holdings().forEach(holding -> owned.addAll(holding.processors()));
        assertEquals(64, owned.size());
        assertEquals(64, Set.copyOf(owned).size());
        for (MoveTerminal mover : movers) {
            mover.veto = null;
            await(mover.name, PartitionState.RUNNING);
            int count = holding(mover.name).processors().size();
            assertTrue(mover.name + " has processors=" + count, count >= 1);
            assertTrue(mover.name + " runs on fewer than processors=" + count,
                    together(mover, count, 20_000));
            assertFalse(mover.name + " runs on more than processors=" + count,
                    together(mover, count + 1, 300));
        }
        System.out.println("storm of moves: done=" + moved + " undone or refused="
                + (3 * STORM - moved));
    }

    private int storm(Random random, List<MoveTerminal> movers) {
        int moved = 0;
        for (int i = 0; i < STORM; i++) {
            MoveTerminal mover = movers.get(random.nextInt(movers.size()));
            mover.veto = random.nextInt(4) == 0 ? "not now" : null;
            int to = random.nextInt(movers.size() + 1);
            try {
                moved += hypervisor().move(new MoveRequest(
                        new Resource.Processor(random.nextInt(24)),
                        to == movers.size() ? "" : movers.get(to).name, random.nextBoolean(),
                        Duration.ofSeconds(2), "a storm")).state() == State.DONE ? 1 : 0;
            } catch (IllegalArgumentException e) {
                // Refused: its last processor, the same owner, or moving already.
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return moved;
    }

    @Test
    public void shouldRefuseWhatCannotMove() throws Exception {
        mover("alice", "slots=U1-P1");
        MoveTerminal bob = mover("bob");
        Resource.Processor last = processor("alice");
        assertEquals(
                "to=carol is no partition of the frame: say partitions; the free pool is --free",
                refused(SLOT, "carol"));
        assertEquals("resource=slot:U9 is not in the frame, which has slots U1-P1",
                refused(new Resource.Slot("U9"), "bob"));
        assertEquals("resource=processor:64 is not in the frame, which has processors 0 to 63",
                refused(new Resource.Processor(64), "bob"));
        assertEquals(
                "resource=" + last + " is the last processor that alice has: it needs one; give"
                        + " it another first",
                refused(last, "bob"));
        assertEquals("resource=slot:U1-P1 is owned by alice already", refused(SLOT, "alice"));
        assertEquals("resource=processor:63 lies in the free pool already",
                refused(new Resource.Processor(63), ""));
        assertEquals(
                "a resource move is waited for on a virtual processor, whose partition may have"
                        + " to answer: ask on another thread",
                refusal(HypervisorCallException.class,
                        () -> bob.run(() -> hypervisor().move(request(SLOT, "bob")))));
        assertEquals(List.of("alice is asked to release slot:U1-P1: 20000 ms to answer, or the move"
                + " is undone", "alice writes to the IPCA of bob",
                "bob is asked to take it: 20000 ms to answer, or the move is undone",
                "commit: slot:U1-P1 is owned by bob", "both are told"),
                hypervisor().plan(request(SLOT, "bob")));
    }

    private String refused(Resource resource, String to) {
        String planned = refusal(IllegalArgumentException.class,
                () -> hypervisor().plan(request(resource, to)));
        assertEquals(planned, refusal(IllegalArgumentException.class,
                () -> hypervisor().move(request(resource, to))));
        return planned;
    }
}
