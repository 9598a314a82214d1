package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.api.Firmware;
import org.brattice.api.Helping;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.api.UnreadMessage;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Partitions hear of each other's faults, and help. */
public class MutualRecoveryIT extends MoveTest {
    private final CountDownLatch release = new CountDownLatch(1);
    private ServiceRegistration<?> module;

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("MutualRecoveryIT", "memory = 32 MiB", "block = 1 MiB",
                "processors = 32", "backing = anonymous",
                "slot.U1-P1 = block frame.conf read-only");
    }

    @After
    public void withdraw() {
        release.countDown();
        if (module != null) {
            module.unregister();
        }
    }

    /** Hears of faults, helps as it is told, and does as messages say. */
    private final class Peer extends Terminal {
        final BlockingQueue<Fault> faults = new LinkedBlockingQueue<>();
        final BlockingQueue<Helping> helped = new LinkedBlockingQueue<>();
        final BlockingQueue<String> handedBack = new LinkedBlockingQueue<>();
        volatile Help help = helping -> {};

        Peer(String name) {
            super(name);
        }

        @Override
        public Firmware firmware(BundleContext context, IpcaService service) {
            return new Hands(context, service) {
                @Override
                public void message(Message message) {
                    if (message.attempt() == 1 && message.text().equals("throw")) {
                        throw new IllegalStateException("told to");
                    }
                    if (message.attempt() == 1 && message.text().equals("loop")) {
                        while (release.getCount() > 0) {
                            Thread.onSpinWait();
                        }
                    }
                    super.message(message);
                }

                @Override
                public void faulted(Fault fault) {
                    faults.add(fault);
                }

                @Override
                public void helping(Helping helping) throws Exception {
                    help.with(helping);
                    helped.add(helping);
                }

                @Override
                public void handedBack(String partition) {
                    handedBack.add(partition);
                }
            };
        }
    }

    /** What a helper does. */
    private interface Help {
        void with(Helping helping) throws Exception;
    }

    private Peer peer(String name, String... attributes) throws Exception {
        Peer peer = new Peer(name);
        Puppets.behave(name, peer);
        start(name, attributes);
        return peer;
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T one = queue.poll(20, TimeUnit.SECONDS);
        assertTrue("nothing came", one != null);
        return one;
    }

    private Recovery recovery(String name) throws Exception {
        int number = info(name).number();
        eventually("it is recovered", () -> assertTrue(hypervisor().recoveries().stream()
                .anyMatch(one -> one.number() == number
                        && one.state() != Recovery.State.BEGUN)));
        return hypervisor().recoveries().stream().filter(one -> one.number() == number).toList()
                .getLast();
    }

    @Test
    public void shouldHearOfTheFaultsThatAreAskedFor() throws Exception {
        peer("alice");
        Peer bob = peer("bob");
        Peer carol = peer("carol");
        Peer dave = peer("dave");
        bob.run(() -> bob.boot.hearFaults("alice"));
        carol.run(() -> carol.boot.hearFaults("*"));
        dave.send("alice", "throw");
        Fault fault = next(bob.faults);
        assertEquals("alice", fault.partition());
        assertEquals(Kind.HANDLER_THREW, fault.kind());
        assertTrue(fault.cause(), fault.cause().contains("told to"));
        assertTrue(fault.detail(), fault.detail().contains("Peer"));
        assertEquals(fault.sequence(), next(carol.faults).sequence());
        dave.send("bob", "throw");
        assertEquals("bob", next(carol.faults).partition());
        bob.run(() -> {});
        assertEquals("bob hears nothing of itself", List.of(), List.copyOf(bob.faults));
        assertEquals(List.of(), List.copyOf(dave.faults));
        assertEquals("faults are asked for on a processor of bob, during its boot",
                refusal(HypervisorCallException.class, () -> bob.boot.hearFaults("alice")));
    }

    @Test
    public void shouldTellAStormNowAndThenAndItsCount() throws Exception {
        Peer alice = peer("alice", "processors=2");
        Peer bob = peer("bob", "ipca=4 KiB");
        bob.run(() -> bob.boot.hearFaults("alice"));
        int storm = 50_000;
        alice.call(() -> {
            for (int i = 0; i < storm; i++) {
                refusal(HypervisorCallException.class,
                        () -> alice.ipca.send(4711, Terminal.bytes("x")));
            }
            return null;
        });
        long last = 0;
        int heard = 0;
        while (last < storm) {
            long count = next(bob.faults).count();
            assertTrue("count=" + count + " after " + last, count >= last);
            last = count;
            heard++;
        }
        System.out.println("storm: faults=" + storm + " messages=" + heard);
        assertTrue("messages=" + heard, heard < 500);
    }

    @Test
    public void shouldWaitForRoomInTheReadersIpca() throws Exception {
        Peer alice = peer("alice");
        Peer bob = peer("bob", "ipca=4 KiB");
        Peer carol = peer("carol");
        bob.run(() -> bob.boot.hearFaults("alice"));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        bob.boot.run(() -> {
            entered.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        entered.await();
        int number = carol.number("bob");
        carol.run(() -> {
            while (carol.ipca.send(number, Terminal.bytes("x".repeat(400)), Delivery.TRY) >= 0) {
                // Until it is full.
            }
        });
        carol.send("alice", "throw");
        assertEquals("carol: throw", alice.next());
        held.countDown();
        assertEquals(Kind.HANDLER_THREW, next(bob.faults).kind());
    }

    @Test
    public void shouldHelpAndHandBack() throws Exception {
        Peer alice = peer("alice", "helper=bob", "slots=U1-P1", "deadline=300");
        Peer bob = peer("bob");
        Peer carol = peer("carol");
        BlockingQueue<List<UnreadMessage>> left = new LinkedBlockingQueue<>();
        bob.help = helping -> {
            left.add(helping.unread(10));
            for (UnreadMessage one : helping.unread(10)) {
                bob.ipca.send(one.source(), Terminal.bytes("alice comes back: " + new String(
                        one.payload(), StandardCharsets.UTF_8)));
            }
            helping.takeOver("U1-P1");
            helping.vote(Verdict.of("restart:400ms"));
        };
        carol.send("alice", "loop");
        carol.send("alice", "is anybody there");

        Helping helping = next(bob.helped);
        assertEquals("alice", helping.partition());
        assertEquals(Kind.PROCESSOR_HUNG, helping.fault().kind());
        assertEquals(List.of("loop", "is anybody there"), next(left).stream()
                .map(one -> new String(one.payload(), StandardCharsets.UTF_8)).toList());
        assertEquals("bob: alice comes back: loop", carol.next());
        assertEquals("bob: alice comes back: is anybody there", carol.next());
        eventually("bob serves the slot",
                () -> assertEquals(List.of("U1-P1"), holding("bob").slots()));

        assertEquals("alice", next(bob.handedBack));
        assertEquals(List.of("U1-P1"), holding("alice").slots());
        assertEquals(PartitionState.RUNNING, info("alice").state());
        Recovery recovery = recovery("alice");
        assertEquals("helper", recovery.module());
        assertEquals("restart:400ms", recovery.verdict().toString());
        assertEquals("carol: loop", alice.next());
        assertEquals("carol: is anybody there", alice.next());
        assertTrue(refusal(HypervisorCallException.class,
                () -> bob.run(() -> helping.unread(1))).contains("until it runs again"));
        assertTrue(refusal(HypervisorCallException.class,
                () -> bob.run(() -> helping.vote(new Verdict.Hold())))
                .contains("until Firmware.helping returns"));
    }

    @Test
    public void shouldShowTheVoteToModulesWhichDecide() throws Exception {
        peer("alice", "helper=bob", "deadline=200");
        Peer bob = peer("bob");
        Peer carol = peer("carol");
        bob.help = helping -> helping.vote(new Verdict.Quarantine());
        BlockingQueue<List<Verdict>> votes = new LinkedBlockingQueue<>();
        module = context.registerService(RecoveryModule.class, report -> {
            votes.add(report.votes());
            return Verdict.of("restart");
        }, new Hashtable<>(Map.of(RecoveryModule.FAULTS, Kind.PROCESSOR_HUNG.name())));
        carol.send("alice", "loop");
        assertEquals(List.of(new Verdict.Quarantine()), next(votes));
        assertEquals("restart", recovery("alice").verdict().toString());
    }

    @Test
    public void shouldNotWaitForAHelperThatDoesNotAnswer() throws Exception {
        peer("alice", "helper=bob", "deadline=200");
        Peer bob = peer("bob");
        Peer carol = peer("carol");
        bob.help = helping -> release.await();
        long start = System.nanoTime();
        carol.send("alice", "loop");
        assertEquals("hypervisor", recovery("alice").module());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue("took=" + took, took.compareTo(Duration.ofSeconds(3)) < 0);
    }

    @Test
    public void shouldRefuseAVoteForTheEndOfAll() throws Exception {
        peer("alice", "helper=bob", "deadline=200");
        Peer bob = peer("bob");
        Peer carol = peer("carol");
        BlockingQueue<String> refused = new LinkedBlockingQueue<>();
        bob.help = helping -> refused.add(refusal(IllegalArgumentException.class,
                () -> helping.vote(new Verdict.Escalate())));
        carol.send("alice", "loop");
        assertEquals("vote=escalate is not a helper's: it would end all partitions",
                next(refused));
        assertEquals("hypervisor", recovery("alice").module());
    }

    @Test
    public void shouldNotHelpWhatGoesOn() throws Exception {
        peer("alice", "helper=bob", "deadline=200");
        Peer bob = peer("bob");
        Peer carol = peer("carol");
        module = context.registerService(RecoveryModule.class, report -> new Verdict.Ignore(),
                new Hashtable<>(Map.of(RecoveryModule.FAULTS, Kind.PROCESSOR_HUNG.name())));
        carol.send("alice", "loop");
        Helping helping = next(bob.helped);
        recovery("alice");
        assertTrue(refusal(HypervisorCallException.class,
                () -> bob.run(() -> helping.unread(1))).contains("until it runs again"));
    }
}
