package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Loan;
import org.brattice.api.Move;
import org.brattice.api.Need;
import org.brattice.api.OperatingSystem;
import org.brattice.api.PartitionState;
import org.brattice.api.Performance;
import org.brattice.api.Resource;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** Overloaded partitions ask the others for what they can spare, borrow it, and give it back. */
public class AuctionIT extends MoveTest {
    private static final String CHECKS = "scan.period=20";
    private static final long CHECK_MILLIS = 20;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling("400", "AuctionIT", "memory = 64 MiB", "block = 1 MiB",
                "processors = 16", "backing = anonymous");
    }

    /** Keeps so many tasks of a millisecond at a partition: each takes a processor, and starts the next. */
    private static final class Load {
        final LongAdder done = new LongAdder();
        private final AtomicInteger wanted = new AtomicInteger();
        private final AtomicInteger live = new AtomicInteger();
        private final Boot boot;

        Load(Boot boot) {
            this.boot = boot;
        }

        void set(int tasks) {
            wanted.set(tasks);
            while (live.get() < tasks) {
                live.incrementAndGet();
                boot.run(this::task);
            }
        }

        private void task() {
            try {
                // Not parked: what rings for the event scan would end that.
                Thread.sleep(1);
            } catch (InterruptedException e) {
                wanted.set(0);
            }
            done.increment();
            if (live.get() > wanted.get()) {
                live.decrementAndGet();
                return;
            }
            try {
                boot.run(this::task);
            } catch (HypervisorCallException e) {
                live.decrementAndGet();
            }
        }

        /** Tasks a second, over so long. */
        double rate(long millis) throws InterruptedException {
            long before = done.sum();
            long start = System.nanoTime();
            Thread.sleep(millis);
            return (done.sum() - before) * 1e9 / (System.nanoTime() - start);
        }
    }

    /** Offers as it must not, until it is to offer. */
    private static final class Lender implements OperatingSystem {
        final BlockingQueue<Need> heard = new LinkedBlockingQueue<>();
        final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
        volatile boolean offers;

        @Override
        public void needed(Need need, Firmware firmware) {
            if (offers) {
                need.offer();
                refused.add(refusal(HypervisorCallException.class, need::offer));
            } else if (heard.isEmpty()) {
                CompletableFuture.runAsync(() -> refused
                        .add(refusal(HypervisorCallException.class, need::offer))).join();
                heard.add(need);
            }
        }
    }

    private Loan loan(String borrower) {
        return hypervisor().loans().stream().filter(one -> one.borrower().equals(borrower))
                .findAny().orElse(null);
    }

    private int processors(String name) {
        return holding(name).processors().size();
    }

    @Test
    public void shouldLendToWhoIsOverloadedAndTakeBack() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        MoveTerminal bob = mover("bob", CHECKS, "processors=3");
        MoveTerminal carol = mover("carol", CHECKS, "processors=3");
        Load busy = new Load(carol.boot);
        busy.set(1);
        Load load = new Load(alice.boot);
        load.set(1);
        double alone = load.rate(300);
        load.set(12);

        eventually("alice has borrowed from who is the least busy", () -> {
            assertNotNull(loan("alice"));
            assertEquals("bob", loan("alice").lender());
            assertEquals(2, processors("bob"));
        });
        eventually("and as much as there is to spare",
                () -> assertTrue("processors=" + processors("alice"), processors("alice") >= 3));
        double helped = load.rate(300);
        System.out.println("auction: tasks a second alone=" + Math.round(alone) + " with "
                + processors("alice") + " processors=" + Math.round(helped));
        assertTrue("alone=" + alone + " helped=" + helped, helped > 1.5 * alone);
        assertTrue("minimum holdings", processors("bob") >= 1 && processors("carol") >= 1);
        Performance performance = hypervisor().performance().stream()
                .filter(one -> one.partition().equals("alice")).findAny().orElseThrow();
        assertTrue(performance.toString(), performance.busy() > 0.8);
        Move lent = hypervisor().moves().stream()
                .filter(move -> move.id() == loan("alice").move()).findAny().orElseThrow();
        assertTrue(lent.cause(), lent.cause().startsWith("loan to alice: busy="));
        assertTrue(bob.heard.toString(), bob.heard.stream()
                .anyMatch(
                        one -> one.startsWith("releasing processor:") && one.contains("to alice")));

        load.set(0);
        eventually("all has come back", () -> {
            assertEquals(List.of(), hypervisor().loans());
            assertEquals(1, processors("alice"));
            assertEquals(3, processors("bob"));
            assertEquals(3, processors("carol"));
        });
        assertTrue(hypervisor().moves().getLast().cause().endsWith("the need has passed"));
        busy.set(0);
    }

    @Test
    public void shouldAskTheNextWhenALenderVetoes() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        MoveTerminal bob = mover("bob", CHECKS, "processors=2");
        MoveTerminal carol = mover("carol", CHECKS, "processors=2");
        Load little = new Load(carol.boot);
        little.set(0);
        bob.veto = "mine";
        Load load = new Load(alice.boot);
        load.set(12);
        eventually("carol lends", () -> {
            assertNotNull(loan("alice"));
            assertEquals("carol", loan("alice").lender());
        });
        assertEquals(2, processors("bob"));
        load.set(0);
    }

    @Test
    public void shouldRefuseAnOfferOfAnotherThreadOrTooLate() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        MoveTerminal bob = new MoveTerminal("bob");
        Lender lender = new Lender();
        Puppets.behave("bob", bob);
        Puppets.system("test.bob", lender);
        install(small("bob", CHECKS, "processors=2").system("bob"), "test:bob").start();
        await("bob", PartitionState.RUNNING);
        Load load = new Load(alice.boot);
        load.set(12);
        String why = "the need of partition alice is answered once, on the first processor of bob,"
                + " until OperatingSystem.needed returns";
        Need need = lender.heard.poll(20, TimeUnit.SECONDS);
        assertEquals("on another thread", why, lender.refused.poll());
        assertEquals(Need.Kind.PROCESSOR, need.kind());
        assertEquals("late", why,
                refusal(HypervisorCallException.class, () -> bob.run(need::offer)));
        lender.offers = true;
        eventually("what was offered is lent", () -> assertNotNull(loan("alice")));
        assertEquals("twice", why, lender.refused.poll());
        load.set(0);
    }

    @Test
    public void shouldOfferNothingOfTheMinimum() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        mover("bob", CHECKS, "processors=2", "processors.minimum=2");
        long moves = moves();
        Load load = new Load(alice.boot);
        load.set(12);
        load.rate(30 * CHECK_MILLIS);
        assertEquals(moves, moves());
        load.set(0);
    }

    private long moves() {
        List<Move> moves = hypervisor().moves();
        return moves.isEmpty() ? 0 : moves.getLast().id();
    }

    @Test
    public void shouldNotSwingWithTheLoad() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        mover("bob", CHECKS, "processors=4");
        Load load = new Load(alice.boot);
        long before = moves();
        int periods = 20;
        for (int i = 0; i < periods; i++) {
            load.set(4);
            load.rate(10 * CHECK_MILLIS);
            load.set(0);
            load.rate(10 * CHECK_MILLIS);
        }
        long moves = moves() - before;
        System.out.println("auction: square waves=" + periods + " moves=" + moves);
        assertTrue("moves=" + moves, moves >= 1);
        assertTrue("each wave moved something there and back: moves=" + moves,
                moves < periods);
    }

    @Test
    public void shouldLendMemoryBlocks() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        MoveTerminal bob = mover("bob", CHECKS, "memory=4 MiB", "memory.minimum=1 MiB");
        bob.memoryUse = 0.1;
        alice.memoryUse = 0.95;
        eventually("alice has borrowed a block", () -> {
            assertNotNull(loan("alice"));
            assertTrue(loan("alice").resource() instanceof Resource.MemoryBlock);
        });
        alice.memoryUse = 0.2;
        eventually("it has come back", () -> assertEquals(4, holding("bob").blocks().size()));
        assertEquals(List.of(), hypervisor().loans());
    }

    @Test
    public void shouldTakeALoanBackWhenTheBorrowerDeparts() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        mover("bob", CHECKS, "processors=3");
        Load load = new Load(alice.boot);
        load.set(12);
        eventually("alice has borrowed", () -> assertNotNull(loan("alice")));
        context.getBundle("test:alice").stop();
        eventually("bob has it back", () -> assertEquals(3, processors("bob")));
        assertEquals(List.of(), hypervisor().loans());
        eventually("its own has gone too", () -> assertEquals(0, processors("alice")));
    }

    @Test
    public void shouldEndALoanWhenItsResourceMovesAgain() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        mover("bob", CHECKS, "processors=2");
        Load load = new Load(alice.boot);
        load.set(12);
        eventually("alice has borrowed", () -> assertNotNull(loan("alice")));
        Resource lent = loan("alice").resource();
        assertEquals(Move.State.DONE, hypervisor().move(request(lent, "")).state());
        assertEquals(List.of(), hypervisor().loans());
        assertEquals(Move.State.DONE, hypervisor().move(request(lent, "alice")).state());
        load.set(0);
        eventually("alice is idle", () -> assertTrue(hypervisor().performance().stream()
                .anyMatch(one -> one.partition().equals("alice") && one.busy() < 0.1)));
        load.rate(30 * CHECK_MILLIS);
        assertEquals("it is alice's own now", 2, processors("alice"));
        assertEquals(List.of(), hypervisor().loans());
    }

    @Test
    public void shouldReturnALoanWhenTheBorrowerIsUninstalled() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        mover("bob", CHECKS, "processors=2");
        Load load = new Load(alice.boot);
        load.set(12);
        eventually("alice has borrowed", () -> assertNotNull(loan("alice")));
        context.getBundle("test:alice").uninstall();
        eventually("bob has it back", () -> assertEquals(2, processors("bob")));
        assertTrue(hypervisor().moves().getLast().cause().endsWith("alice is no more"));
    }

    @Test
    public void shouldNotReturnALoanAgainAndAgainToWhoDoesNotTakeIt() throws Exception {
        MoveTerminal alice = mover("alice", CHECKS);
        MoveTerminal bob = mover("bob", CHECKS, "processors=2");
        Load load = new Load(alice.boot);
        load.set(12);
        eventually("alice has borrowed", () -> assertNotNull(loan("alice")));
        bob.veto = "keep it";
        long before = moves();
        load.set(0);
        eventually("it was to return", () -> assertTrue(hypervisor().moves().stream()
                .anyMatch(move -> move.id() > before && move.outcome().endsWith("keep it"))));
        long first = moves();
        load.rate(40 * CHECK_MILLIS);
        assertTrue("moves=" + (moves() - first), moves() - first <= 2);
        bob.veto = null;
        eventually("at last", () -> assertEquals(2, processors("bob")));
    }
}
