package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.api.FaultInjection;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Injection;
import org.brattice.api.Injection.Effect;
import org.brattice.api.PartitionState;
import org.junit.After;
import org.junit.Test;

/** Hypervisor calls go wrong as rules say, and as before when it is off. */
public class InjectionIT extends MoveTest {
    @After
    public void switchOff() {
        hypervisor().injection().on(false);
    }

    private FaultInjection on() {
        FaultInjection injection = hypervisor().injection();
        injection.on(true);
        return injection;
    }

    private static Injection at(String partition, Effect effect, String call, long at) {
        return new Injection(partition, effect, call, at, 0, 0, 0, Duration.ofMillis(200));
    }

    @Test
    public void shouldBeOffUntilItIsSwitchedOn() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        assertEquals("fault injection is off: switch it on first",
                refusal(IllegalStateException.class, () -> hypervisor().injection()
                        .inject(at("alice", Effect.THROW, "*", 1))));
        on().inject(at("alice", Effect.THROW, "*", 1));
        hypervisor().injection().on(false);
        alice.send("bob", "as ever");
        assertEquals("alice: as ever", bob.next());
    }

    @Test
    public void shouldGoWrongAtTheCallThatIsMeant() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        FaultInjection injection = on();
        int number = alice.number("bob");
        injection.inject(at("alice", Effect.THROW, "send", 2));
        injection.inject(at("alice", Effect.DROP, "send", 4));
        injection.inject(at("alice", Effect.DUPLICATE, "send", 5));
        injection.inject(at("alice", Effect.DELAY, "send", 6));
        injection.inject(at("alice", Effect.REFUSE, "memory", 1));
        List<String> thrown = new ArrayList<>();
        long[] took = new long[8];
        alice.run(() -> {
            for (int i = 1; i <= 7; i++) {
                long start = System.nanoTime();
                try {
                    alice.ipca.send(number, Terminal.bytes("m" + i));
                } catch (IllegalStateException e) {
                    thrown.add(e.getMessage());
                }
                took[i] = System.nanoTime() - start;
            }
        });
        assertEquals(List.of("send throws, because fault injection rule=1 says so"), thrown);
        assertTrue("ns=" + took[6], took[6] >= 200_000_000L);
        for (String expected : List.of("m1", "m3", "m5", "m5", "m6", "m7")) {
            assertEquals("alice: " + expected, bob.next());
        }
        assertEquals("memory is refused, because fault injection rule=5 says so",
                refusal(HypervisorCallException.class, () -> alice.run(alice.boot::memory)));
        alice.run(alice.boot::memory);
        assertEquals(List.of(1L, 1L, 1L, 1L, 1L), injection.rules().stream()
                .map(FaultInjection.Injected::injected).toList());
        assertEquals(7, injection.rules().getFirst().calls());
    }

    @Test
    public void shouldRepeatARunOfTheSameSeed() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        FaultInjection injection = on();
        int number = alice.number("bob");
        List<List<Integer>> runs = new ArrayList<>();
        for (long seed : new long[]{7, 7, 8}) {
            injection.on(false);
            injection.on(true);
            injection.inject(new Injection("alice", Effect.THROW, "send", 0, 0.2, seed, 20,
                    Duration.ZERO));
            runs.add(alice.call(() -> {
                List<Integer> thrown = new ArrayList<>();
                for (int i = 0; i < 400; i++) {
                    try {
                        alice.ipca.send(number, Terminal.bytes("x"));
                    } catch (IllegalStateException e) {
                        thrown.add(i);
                    }
                }
                return thrown;
            }));
            for (int i = 0; i < 400 - runs.getLast().size(); i++) {
                bob.next();
            }
        }
        assertEquals(20, runs.getFirst().size());
        assertEquals(runs.get(0), runs.get(1));
        assertTrue(!runs.get(0).equals(runs.get(2)));
    }

    @Test
    public void shouldHangUntilItIsSwitchedOff() throws Exception {
        Terminal alice = terminal("alice", "deadline=200");
        Terminal bob = terminal("bob");
        on().inject(at("alice", Effect.HANG, "send", 1));
        int number = alice.number("bob");
        alice.boot.run(() -> alice.ipca.send(number, Terminal.bytes("never")));
        eventually("it is found", () -> assertTrue(info("alice").faults().toString(),
                info("alice").faults().stream().anyMatch(
                        fault -> fault.kind() == Kind.PROCESSOR_HUNG)));
        await("alice", PartitionState.FAILED);
        eventually("it is a runaway", () -> assertEquals(List.of("alice"), hypervisor().runaways()
                .stream().map(one -> one.partition()).toList()));
        hypervisor().injection().on(false);
        eventually("its thread has ended",
                () -> assertEquals(List.of(), hypervisor().runaways()));
        terminal("carol").send("bob", "after it");
        assertEquals("what was shut out has sent nothing", "carol: after it", bob.next());
    }

    @Test
    public void shouldDamageAMessageWhereItLies() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        on().inject(at("alice", Effect.CORRUPT, "send", 1));
        // Bob is kept from reading until it has been done.
        int number = alice.number("bob");
        bob.run(() -> {
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    alice.run(() -> alice.ipca.send(number, Terminal.bytes("damaged")));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.join();
        });
        eventually("it is found", () -> assertEquals(Kind.CORRUPTED,
                info("bob").faults().stream().map(Fault::kind).findFirst().orElse(null)));
        alice.send("bob", "whole");
        assertEquals("alice: whole", bob.next());
    }
}
