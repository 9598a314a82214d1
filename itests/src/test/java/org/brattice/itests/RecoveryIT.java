package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.brattice.api.Boot;
import org.brattice.api.DeadLetter;
import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.api.FaultReport;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Faults are reported to recovery modules, whose verdicts are carried out. */
public class RecoveryIT extends MoveTest {
    private static final Verdict RESTART = Verdict.of("restart");
    private static final Duration SETTLE = Duration.ofMillis(400);

    private final List<ServiceRegistration<?>> modules = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.settling(Long.toString(SETTLE.toMillis()), "RecoveryIT",
                "memory = 64 MiB", "block = 1 MiB", "processors = 16", "backing = anonymous");
    }

    @After
    public void withdraw() {
        letters().forEach(letter -> hypervisor().dropDeadLetter(letter.id()));
        modules.forEach(ServiceRegistration::unregister);
        release.countDown();
    }

    private ServiceRegistration<?> module(int ranking, RecoveryModule module) {
        return module(ranking, Map.of(), module);
    }

    private ServiceRegistration<?> module(int ranking, Map<String, Object> properties,
            RecoveryModule module) {
        Hashtable<String, Object> all = new Hashtable<>(properties);
        all.put(Constants.SERVICE_RANKING, ranking);
        ServiceRegistration<?> registration = context.registerService(RecoveryModule.class, module,
                all);
        modules.add(registration);
        return registration;
    }

    private Wild wild(String name, String... attributes) throws Exception {
        Wild wild = new Wild(name, release);
        Puppets.behave(name, wild);
        start(name, attributes);
        return wild;
    }

    private List<Fault> faults(String name) {
        return info(name).faults();
    }

    private Fault awaitFault(String name, Kind kind) throws Exception {
        eventually(name + " has a fault " + kind, () -> assertTrue(faults(name).toString(),
                faults(name).stream().anyMatch(fault -> fault.kind() == kind)));
        return faults(name).stream().filter(fault -> fault.kind() == kind).findFirst()
                .orElseThrow();
    }

    private Recovery awaitRecovery(String name, String verdict) throws Exception {
        return awaitRecovery(name, info(name).number(), verdict);
    }

    private Recovery awaitRecovery(String name, int number, String verdict) throws Exception {
        eventually(name + ": " + verdict, () -> assertTrue(hypervisor().recoveries().toString(),
                hypervisor().recoveries().stream()
                        .anyMatch(one -> is(one, name, number, verdict))));
        return hypervisor().recoveries().stream().filter(one -> is(one, name, number, verdict))
                .toList()
                .getLast();
    }

    private static boolean is(Recovery one, String name, int number, String verdict) {
        return one.partition().equals(name) && one.number() == number
                && one.verdict().toString().equals(verdict)
                && one.state() != Recovery.State.BEGUN;
    }

    @Test
    public void shouldRestartInPlace() throws Exception {
        Wild alice = wild("alice");
        Terminal bob = terminal("bob");
        BlockingQueue<FaultReport> reports = new LinkedBlockingQueue<>();
        module(1, report -> {
            reports.add(report);
            return RESTART;
        });
        int number = info("alice").number();
        alice.run(() -> alice.boot.memory().getFirst().set(ValueLayout.JAVA_BYTE, 9, (byte) 9));
        bob.send("alice", "do throw");
        bob.send("alice", "second");

        Recovery recovery = awaitRecovery("alice", "restart");
        assertEquals(Recovery.State.DONE, recovery.state());
        assertEquals("it runs", recovery.outcome());
        assertEquals(Kind.HANDLER_THREW, recovery.kind());
        FaultReport report = reports.take();
        assertEquals("alice", report.partition().name());
        assertEquals(0, report.restarts());
        assertTrue(report.runs());
        assertTrue(report.fault().cause(), report.fault().cause().contains("told to"));
        assertTrue(report.fault().detail(), report.fault().detail().contains("Wild.wild"));
        assertEquals("fresh firmware", 2, alice.instances.get());
        List<String> heard = new ArrayList<>(List.of(alice.next(), alice.next()));
        heard.sort(null);
        assertEquals(List.of("bob: do throw", "bob: second"), heard);
        assertEquals(number, info("alice").number());
        assertEquals(2, info("alice").boots());
        assertEquals(9, (byte) alice
                .call(() -> alice.boot.memory().getFirst().get(ValueLayout.JAVA_BYTE, 9)));
    }

    @Test
    public void shouldRestartColdAndKeepWhatWasUnreadAsLetters() throws Exception {
        Wild alice = wild("alice", "memory=3 MiB", "memory.minimum=2 MiB", "retry.delay=600000");
        Terminal bob = terminal("bob");
        Terminal carol = terminal("carol");
        alice.run(() -> alice.boot.memory().getFirst().fill((byte) 9));
        alice.run(() -> alice.boot.block(alice.boot.blocks().getFirst()).fill((byte) 9));
        bob.send("alice", "do throw");
        awaitFault("alice", Kind.HANDLER_THREW);
        hypervisor().recover("alice", new Verdict.Quarantine());
        carol.send("alice", "is in the IPCA");
        letters().forEach(letter -> hypervisor().dropDeadLetter(letter.id()));

        Recovery recovery = hypervisor().recover("alice", Verdict.of("cold"));

        assertEquals(recovery.outcome(), Recovery.State.DONE, recovery.state());
        List<DeadLetter> letters = letters();
        assertEquals(letters.toString(), 2, letters.size());
        assertEquals("its receiver restarted cold before it was read", letters.getLast().reason());
        for (MemorySegment segment : alice.call(() -> alice.boot.memory())) {
            assertEquals(-1, (long) alice.call(() -> segment
                    .mismatch(MemorySegment.ofArray(new byte[(int) segment.byteSize()]))));
        }
        assertEquals(0, (byte) alice.call(() -> alice.boot.block(alice.boot.blocks().getFirst())
                .get(ValueLayout.JAVA_BYTE, 77)));
        bob.send("alice", "new");
        assertEquals("bob: new", alice.next());
    }

    private List<DeadLetter> letters() {
        return hypervisor().deadLetters();
    }

    @Test
    public void shouldFindWhatHangsAndRestartIt() throws Exception {
        module(1, Map.of(RecoveryModule.FAULTS, Kind.PROCESSOR_HUNG.name()), report -> RESTART);
        Terminal bob = terminal("bob");
        for (String how : List.of("loop", "block")) {
            Wild alice = wild("alice-" + how, "deadline=300");
            MemorySegment before = alice.call(() -> alice.boot.memory().getFirst());
            long start = System.nanoTime();
            bob.send(alice.name, "do " + how);
            Recovery recovery = awaitRecovery(alice.name, "restart");
            long took = System.nanoTime() - start;
            assertEquals(recovery.outcome(), Recovery.State.DONE, recovery.state());
            assertTrue("ms=" + took / 1_000_000, took > 300_000_000L && took < 3_000_000_000L);
            Fault fault = awaitFault(alice.name, Kind.PROCESSOR_HUNG);
            assertTrue(fault.cause(),
                    fault.cause().startsWith("its event scan did not come back by its deadline of"
                            + " 300 ms: thread=brattice-" + alice.name + "-0 is in "));
            assertTrue(fault.detail(),
                    fault.detail().startsWith("at ") && fault.detail().contains("Wild.wild"));
            assertEquals("offered again", "bob: do " + how, alice.next());
            assertEquals("Already closed", refusal(IllegalStateException.class,
                    () -> before.get(ValueLayout.JAVA_BYTE, 0)));
        }
    }

    /** Two threads loop that nothing can end, on two host processors or more; messages of others come in time. */
    @Test
    public void shouldKeepOthersInTimeBesideRunaways() throws Exception {
        Terminal bob = terminal("bob");
        Terminal ping = terminal("ping", "processors=2");
        Terminal pong = new Terminal("pong") {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void message(Message message) {
                        // A try may meet the lease, and be told that there is no room.
                        service.send(message.source(), message.payload(),
                                org.brattice.api.Delivery.waiting(Duration.ofSeconds(10)));
                    }
                };
            }
        };
        Puppets.behave("pong", pong);
        start("pong");
        for (int i = 0; i < 2; i++) {
            wild("runaway" + i, "deadline=100");
            bob.send("runaway" + i, "do loop");
            await("runaway" + i, PartitionState.FAILED);
        }
        assertEquals(2, hypervisor().runaways().size());
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            long start = System.nanoTime();
            ping.send("pong", "there and back");
            assertEquals("pong: there and back", ping.next());
            millis.add((System.nanoTime() - start) / 1e6);
        }
        millis.sort(null);
        System.out.println("beside two runaways there and back ms: median=" + millis.get(250)
                + " 99%=" + millis.get(495) + " most=" + millis.getLast());
        assertTrue("99% ms=" + millis.get(495), millis.get(495) < 100);
        assertTrue("most ms=" + millis.getLast(), millis.getLast() < 1000);
    }

    @Test
    public void shouldFindATaskThatHangs() throws Exception {
        module(1, Map.of(RecoveryModule.FAULTS, new String[]{Kind.PROCESSOR_HUNG.name()}),
                report -> RESTART);
        Wild alice = wild("alice", "processors=2", "task.deadline=200");
        alice.boot.run(() -> {
            while (release.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        assertEquals(Recovery.State.DONE, awaitRecovery("alice", "restart").state());
        assertTrue(awaitFault("alice", Kind.PROCESSOR_HUNG).cause(),
                awaitFault("alice", Kind.PROCESSOR_HUNG).cause().startsWith(
                        "a task of it did not come to its end by its deadline of 200 ms"));
        assertEquals("answers", "yes", alice.call(() -> "yes"));
    }

    @Test
    public void shouldShutOutWhatHangsWhenNobodyElseAnswers() throws Exception {
        Wild alice = wild("alice", "deadline=200", "processors=3");
        Terminal bob = terminal("bob");
        bob.send("alice", "do loop");
        Recovery recovery = awaitRecovery("alice", "reassign");
        assertEquals("hypervisor", recovery.module());
        assertEquals(PartitionState.FAILED, info("alice").state());
        eventually("its processors are free",
                () -> assertEquals(List.of(), holding("alice").processors()));
        release.countDown();
        context.getBundle("test:alice").stop();
        context.getBundle("test:alice").start();
        await("alice", PartitionState.RUNNING);
        assertEquals("bob: do loop", alice.next());
        assertEquals(3, holding("alice").processors().size());
    }

    @Test
    public void shouldNotTakeAWaitForRoomForAHang() throws Exception {
        Wild alice = wild("alice", "deadline=100", "processors=1");
        Terminal full = terminal("full", "ipca=4 KiB", "deadline=3600000");
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        full.boot.run(() -> {
            entered.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        entered.await();
        int number = alice.number("full");
        long waited = alice.call(() -> {
            MemorySegment much = MemorySegment.ofArray(new byte[400]);
            while (alice.ipca.send(number, much) >= 0) {
                // Until it is full.
            }
            long start = System.nanoTime();
            assertEquals(IpcaService.NO_ROOM, alice.ipca.send(number, much,
                    org.brattice.api.Delivery.waiting(Duration.ofMillis(900))));
            return System.nanoTime() - start;
        });
        held.countDown();
        assertTrue("ns=" + waited, waited >= 900_000_000L);
        assertEquals(List.of(), faults("alice"));
    }

    @Test
    public void shouldTellKindsOfFaultApart() throws Exception {
        Wild alice = wild("alice", "attempts=2", "retry.delay=0");
        Terminal bob = terminal("bob");
        Map<String, Kind> kinds = Map.of("throw", Kind.HANDLER_THREW, "recurse",
                Kind.HANDLER_THREW, "fill", Kind.OUT_OF_MEMORY, "beyond", Kind.OUT_OF_BOUNDS,
                "outside", Kind.OUT_OF_BOUNDS, "nobody", Kind.ILLEGAL_CALL);
        for (Map.Entry<String, Kind> one : kinds.entrySet()) {
            int before = faults("alice").size();
            bob.send("alice", "do " + one.getKey());
            assertEquals("bob: do " + one.getKey(), alice.next());
            assertEquals(one.getKey(), one.getValue(), faults("alice").get(before).kind());
        }
        String stray = refusal(org.brattice.api.HypervisorCallException.class,
                () -> alice.ipca.send(1, Terminal.bytes("x")));
        Fault fault = hypervisor().faults().getLast();
        assertEquals("[test.alice]", fault.partition());
        assertEquals(Kind.ILLEGAL_CALL, fault.kind());
        assertEquals(stray, fault.cause());
    }

    @Test
    public void shouldTellOfAHaltThatThrows() throws Exception {
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void halt() {
                        throw new IllegalStateException("not yet");
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice");
        context.getBundle("test:alice").stop();
        awaitFault("alice", Kind.HALT_FAILED);
    }

    @Test
    public void shouldHoldUntilTheBundleStartsAnew() throws Exception {
        module(1, report -> new Verdict.Hold());
        Wild alice = wild("alice", "processors=2");
        Terminal bob = terminal("bob");
        bob.send("alice", "do throw");
        assertEquals(Recovery.State.DONE, awaitRecovery("alice", "hold").state());
        assertEquals(PartitionState.FAILED, info("alice").state());
        assertTrue(info("alice").reason(),
                info("alice").reason().startsWith("it is held, because HANDLER_THREW: "));
        departed("mallory");
        assertEquals("nothing departs", 2, holding("alice").processors().size());
        modules.forEach(ServiceRegistration::unregister);
        modules.clear();
        context.getBundle("test:alice").stop();
        context.getBundle("test:alice").start();
        await("alice", PartitionState.RUNNING);
        assertEquals("bob: do throw", alice.next());
    }

    @Test
    public void shouldQuarantineUntilAnOperatorSaysRestart() throws Exception {
        Wild alice = wild("alice");
        Terminal bob = terminal("bob");
        assertEquals(Recovery.State.DONE,
                hypervisor().recover("alice", new Verdict.Quarantine()).state());
        bob.send("alice", "waits");
        context.getBundle("test:alice").update(small("alice").stream());
        String why = "it is in quarantine, because an operator said so: say recover alice restart,"
                + " and it boots";
        eventually("it is refused", () -> assertEquals(why, info("alice").reason()));
        assertEquals(1, info("alice").boots());
        Recovery recovery = hypervisor().recover("alice", RESTART);
        assertEquals(recovery.outcome(), Recovery.State.DONE, recovery.state());
        await("alice", PartitionState.RUNNING);
        assertEquals("bob: waits", alice.next());
    }

    @Test
    public void shouldAskTheNextWhenAModuleFails() throws Exception {
        Wild heidi = wild("heidi", "deadline=300");
        Terminal bob = terminal("bob");
        CountDownLatch never = new CountDownLatch(1);
        int known = moduleFaults().size();
        module(9, report -> {
            throw new IllegalStateException("out of ideas");
        });
        module(8, report -> new Verdict.Reassign("nobody"));
        module(7, report -> new Verdict.Reassign("heidi"));
        module(6, report -> new Verdict.RollBack());
        module(5, report -> {
            never.await();
            return RESTART;
        });
        module(4, report -> null);
        module(3, Map.of(RecoveryModule.PARTITIONS, "bob"), report -> new Verdict.Quarantine());
        module(2, Map.of(RecoveryModule.FAULTS, List.of("POISONED")),
                report -> new Verdict.Quarantine());
        module(1, Map.of(RecoveryModule.FAULTS, List.of("HANDLER_THREW"),
                RecoveryModule.PARTITIONS, "heidi"), report -> RESTART);
        bob.send("heidi", "do throw");
        assertEquals(Recovery.State.DONE, awaitRecovery("heidi", "restart").state());
        List<String> faults = moduleFaults().subList(known, moduleFaults().size());
        for (String what : List.of(" threw java.lang.IllegalStateException: out of ideas: it was",
                " answered reassign:nobody, which is no partition of the frame: it was skipped",
                " answered reassign:heidi, which is the partition that has the fault: it was",
                " answered rollback, and no jar of it has run well: it was skipped",
                " did not answer in 1000 ms: it was skipped")) {
            assertEquals(what + " in " + faults, 1,
                    faults.stream().filter(fault -> fault.contains(what)).count());
        }
        assertEquals("bob: do throw", heidi.next());
    }

    private List<String> moduleFaults() {
        return hypervisor().faults().stream().filter(fault -> fault.kind() == Kind.MODULE_FAILED)
                .map(Fault::cause).toList();
    }

    @Test
    public void shouldNotSpinInACrashLoop() throws Exception {
        BlockingQueue<Integer> restarts = new LinkedBlockingQueue<>();
        module(1, report -> {
            restarts.add(report.restarts());
            return report.restarts() < 5 ? RESTART : null;
        });
        Wild alice = new Wild("alice", release);
        alice.fails = true;
        Puppets.behave("alice", alice);
        install(small("alice"), "test:alice").start();
        long start = System.nanoTime();
        for (int i = 0; i <= 5; i++) {
            assertEquals(i, (int) restarts.poll(20, TimeUnit.SECONDS));
        }
        long took = System.nanoTime() - start;
        // 0, 50, 100, 200, 400 ms.
        assertTrue("ms=" + took / 1_000_000, took > 750_000_000L);
        assertEquals(6, alice.instances.get());
        eventually("each is told",
                () -> assertEquals(5, hypervisor().recoveries().stream()
                        .filter(one -> one.partition().equals("alice")
                                && one.number() == info("alice").number()
                                && one.state() == Recovery.State.FAILED)
                        .filter(one -> one.outcome().startsWith("it ended before it ran: "))
                        .count()));
        assertEquals(PartitionState.FAILED, info("alice").state());
        alice.fails = false;
        assertEquals(Recovery.State.DONE, hypervisor().recover("alice", RESTART).state());
    }

    /** Its firmware goes while its bundle is active, as when a service that it needs goes. */
    @Test
    public void shouldReportAPartitionThatHasLostWhatItDependsOn() throws Exception {
        Bundle bundle = install(new PartitionJar("test.frank").declare("frank", "memory=1 MiB",
                "ipca=64 KiB", "processors=2"), "test:frank");
        bundle.start();
        Bare firmware = new Bare(bundle, "frank");
        firmware.come();
        await("frank", PartitionState.RUNNING);
        List<Integer> processors = holding("frank").processors();
        module(1, Map.of(RecoveryModule.FAULTS, Kind.DEPENDENCY_LOST.name()),
                report -> report.runs() ? null : new Verdict.Hold());

        firmware.go();
        firmware.come();
        await("frank", PartitionState.RUNNING);
        departed("grace");
        assertEquals("it came back in time", List.of(), faults("frank"));

        firmware.go();
        Fault fault = awaitFault("frank", Kind.DEPENDENCY_LOST);
        assertEquals("its firmware has gone, though its bundle is active: a service or a"
                + " configuration that it needs is not there", fault.cause());
        Recovery recovery = awaitRecovery("frank", "hold");
        assertTrue(recovery.outcome(), recovery.outcome()
                .startsWith("it is held, because DEPENDENCY_LOST: its firmware has gone"));
        departed("mallory");
        assertEquals("it keeps what it owns", processors, holding("frank").processors());
        firmware.come();
        await("frank", PartitionState.RUNNING);
    }

    /** Has a partition start, stop and depart: one that stopped before has had its settle time. */
    private void departed(String name) throws Exception {
        Bundle bundle = start(name, "processors=2");
        bundle.stop();
        eventually(name + " has departed", () -> assertEquals(List.of(),
                holding(name).processors()));
    }

    @Test
    public void shouldRemapWithoutAnybodyNoticing() throws Exception {
        Wild alice = wild("alice", "memory=1 MiB", "ipca=4 KiB");
        Terminal bob = terminal("bob");
        int number = bob.number("alice");
        int messages = 20_000;
        bob.boot.run(() -> IntStream.range(0, messages).forEach(i -> {
            while (bob.ipca.send(number, Terminal.bytes(Integer.toString(i)),
                    org.brattice.api.Delivery.waiting(Duration.ofSeconds(5))) < 0) {
                // A try that is overtaken by many is made again.
            }
        }));
        MemoryRange before = info("alice").ipca();
        int free = hypervisor().frame().freeBlocks();
        for (int i = 0; i < 20; i++) {
            MemoryRange from = info("alice").ipca();
            Recovery recovery = hypervisor().recover("alice", new Verdict.Remap());
            assertEquals(recovery.outcome(), Recovery.State.DONE, recovery.state());
            assertNotEquals(from, info("alice").ipca());
            assertEquals(info("alice").ipca().base(), hypervisor().lookUpTable().stream()
                    .filter(entry -> entry.number() == number).findAny().orElseThrow().base());
        }
        for (int i = 0; i < messages; i++) {
            assertEquals("bob: " + i, alice.next());
        }
        assertNotEquals(before, info("alice").ipca());
        assertEquals(List.of(), faults("alice"));
        eventually("too many regions left in one boot", () -> assertEquals("its IPCA has left 32"
                + " regions that come free when its boot ends: restart it",
                hypervisor().recover("alice", new Verdict.Remap()).outcome()));
        MemoryRange ipca = info("alice").ipca();
        Recovery restarted = hypervisor().recover("alice", RESTART);
        assertEquals(restarted.outcome(), Recovery.State.DONE, restarted.state());
        assertEquals("it stays where it is", ipca, info("alice").ipca());
        assertEquals("its memory stays as it was", List.of((1L << 20) - 4096),
                alice.call(() -> alice.boot
                        .memory().stream().map(MemorySegment::byteSize).toList()));
        eventually("regions of before come back as boots end, but for this one and the latest",
                () -> {
                    assertEquals(Recovery.State.DONE,
                            hypervisor().recover("alice", RESTART).state());
                    assertEquals(free - 2, hypervisor().frame().freeBlocks());
                });
        bob.send("alice", "and on");
        assertEquals("bob: and on", alice.next());
    }

    @Test
    public void shouldReassignToAStandby() throws Exception {
        module(1, Map.of(RecoveryModule.PARTITIONS, "alice"),
                report -> new Verdict.Reassign("bob"));
        wild("alice", "processors=3");
        Terminal bob = terminal("bob");
        bob.send("alice", "do throw");
        assertEquals(Recovery.State.DONE, awaitRecovery("alice", "reassign:bob").state());
        eventually("bob has its processors",
                () -> assertEquals(4, holding("bob").processors().size()));
        assertEquals(List.of(), holding("alice").processors());
    }

    @Test
    public void shouldSayWhyAVerdictCannotBeCarriedOut() throws Exception {
        wild("gustav");
        assertEquals("partition=nobody is unknown", refusal(IllegalArgumentException.class,
                () -> hypervisor().recover("nobody", RESTART)));
        Recovery escalated = hypervisor().recover("gustav", new Verdict.Escalate());
        assertEquals(Recovery.State.FAILED, escalated.state());
        assertEquals("nobody starts the process again: start it with --supervise",
                escalated.outcome());
        Recovery rolledBack = hypervisor().recover("gustav", new Verdict.RollBack());
        assertEquals("there is no other jar of it that ran well", rolledBack.outcome());
        assertEquals(PartitionState.RUNNING, info("gustav").state());
        context.getBundle("test:gustav").stop();
        assertEquals("its firmware is not there: start its bundle",
                hypervisor().recover("gustav", RESTART).outcome());
    }

    @Test
    public void shouldNotLetAStormDrownOthers() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        module(1, Map.of(RecoveryModule.PARTITIONS, "alice"), report -> {
            asked.incrementAndGet();
            return new Verdict.Ignore();
        });
        Wild alice = wild("alice", "processors=2");
        Wild bob = wild("bob");
        bob.fails = true;
        int storm = 200_000;
        long start = System.nanoTime();
        CountDownLatch over = new CountDownLatch(1);
        alice.boot.run(() -> {
            for (int i = 0; i < storm; i++) {
                try {
                    alice.ipca.send(4711, Terminal.bytes("x"));
                } catch (RuntimeException e) {
                    // Refused, again and again.
                }
            }
            over.countDown();
        });
        context.getBundle("test:bob").stop();
        context.getBundle("test:bob").start();
        awaitFault("bob", Kind.BOOT_FAILED);
        assertTrue(over.await(20, TimeUnit.SECONDS));
        long took = System.nanoTime() - start;
        System.out.println("storm: faults a second=" + storm * 1_000_000_000L / took + " asked="
                + asked);
        assertEquals(1, faults("alice").size());
        assertEquals(storm, faults("alice").getFirst().count());
        assertTrue("asked=" + asked, asked.get() <= 2 + took / 20_000_000L);
        assertFalse(faults("bob").isEmpty());
    }

    @Test
    public void shouldLetModulesComeAndGo() throws Exception {
        Wild alice = wild("alice");
        Terminal bob = terminal("bob");
        for (int i = 0; i < 20; i++) {
            ServiceRegistration<?> registration = module(1, report -> RESTART);
            bob.send("alice", "do throw");
            registration.unregister();
            modules.remove(registration);
            assertEquals("bob: do throw", alice.next());
        }
        assertEquals(List.of(), moduleFaults().stream().filter(one -> one.contains("Lambda"))
                .filter(one -> one.contains("(gone)")).toList());
    }

    @Test
    public void shouldNotRestartWhatItsOperatorStops() throws Exception {
        module(1, report -> Verdict.of("restart:5s"));
        Wild alice = wild("alice");
        Terminal bob = terminal("bob");
        bob.send("alice", "do throw");
        eventually("it waits", () -> assertTrue(info("alice").reason(),
                info("alice").reason()
                        .startsWith("it restarts in 5000 ms, because HANDLER_THREW")));
        context.getBundle("test:alice").stop();
        Recovery recovery = awaitRecovery("alice", "restart:5000ms");
        assertEquals(Recovery.State.FAILED, recovery.state());
        assertNotEquals(PartitionState.RUNNING, info("alice").state());
        assertEquals(1, alice.instances.get());
    }

    @Test
    public void shouldRefuseToWaitForItselfOnAProcessor() throws Exception {
        Wild alice = wild("alice");
        assertTrue(refusal(org.brattice.api.HypervisorCallException.class,
                () -> alice.run(() -> hypervisor().recover("alice", RESTART)))
                .contains("not to be called on a processor"));
    }

    @Test
    public void shouldForgetAPartitionThatIsUninstalledWhileItWaits() throws BundleException,
            Exception {
        module(1, report -> Verdict.of("restart:6s"));
        wild("alice");
        int number = info("alice").number();
        Terminal bob = terminal("bob");
        bob.send("alice", "do throw");
        eventually("it waits", () -> assertTrue(info("alice").reason(),
                info("alice").reason().startsWith("it restarts in 6000 ms")));
        context.getBundle("test:alice").uninstall();
        eventually("it is no more",
                () -> assertTrue(hypervisor().partition("alice").isEmpty()));
        assertEquals(Recovery.State.FAILED,
                awaitRecovery("alice", number, "restart:6000ms").state());
        hypervisor().deadLetters().forEach(letter -> hypervisor().dropDeadLetter(letter.id()));
    }

    @Test
    public void shouldNotLetALaterFaultUndoAQuarantine() throws Exception {
        module(1, report -> RESTART);
        Terminal ida = new Terminal("ida") {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void halt() throws InterruptedException {
                        while (release.getCount() > 0) {
                            release.await();
                        }
                    }
                };
            }
        };
        Puppets.behave("ida", ida);
        start("ida");
        Recovery recovery = hypervisor().recover("ida", new Verdict.Quarantine());
        assertEquals(recovery.outcome(), Recovery.State.DONE, recovery.state());
        Recovery later = awaitRecovery("ida", "restart");
        assertEquals(Kind.DEADLINE_MISSED, later.kind());
        assertEquals(
                "decided already: it is in quarantine, because an operator said so: say recover"
                        + " ida restart, and it boots",
                later.outcome());
        assertEquals(1, info("ida").boots());
    }

    @Test
    public void shouldNotHoldAgainstABootWhatAnEarlierOneDoes() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger boots = new AtomicInteger();
        Terminal jan = new Terminal("jan") {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                boolean first = boots.incrementAndGet() == 1;
                return new Hands(context, service) {
                    @Override
                    public void boot(Boot newBoot) {
                        while (first && goOn.getCount() > 0) {
                            try {
                                goOn.await();
                            } catch (InterruptedException e) {
                                // Ignored, as hung code does.
                            }
                        }
                        if (first) {
                            throw new IllegalStateException("late");
                        }
                        super.boot(newBoot);
                    }
                };
            }
        };
        module(1, Map.of(RecoveryModule.FAULTS,
                List.of(Kind.DEADLINE_MISSED.name(), Kind.BOOT_FAILED.name())), report -> RESTART);
        Puppets.behave("jan", jan);
        install(small("jan"), "test:jan").start();
        await("jan", PartitionState.RUNNING);
        assertEquals(List.of("jan"),
                hypervisor().runaways().stream().map(one -> one.partition()).toList());
        goOn.countDown();
        eventually("the thread has ended", () -> assertEquals(List.of(), hypervisor().runaways()));
        jan.call(() -> "runs");
        assertEquals(2, info("jan").boots());
        assertEquals(List.of(Kind.DEADLINE_MISSED),
                faults("jan").stream().map(Fault::kind).toList());
    }

    @Test
    public void shouldHoldWhatCannotBootCold() throws Exception {
        wild("kai", "ipca=64 KiB");
        Terminal bob = terminal("bob");
        hypervisor().recover("kai", new Verdict.Quarantine());
        // More than the store of dead letters takes.
        for (int i = 0; i < 10; i++) {
            bob.call(() -> bob.ipca.send(bob.ipca.number("kai"),
                    MemorySegment.ofArray(new byte[5000])));
        }
        Recovery recovery = hypervisor().recover("kai", Verdict.of("cold"));
        assertEquals(Recovery.State.FAILED, recovery.state());
        assertTrue(recovery.outcome(),
                recovery.outcome().contains("do not fit into the dead letters"));
        assertTrue(info("kai").reason(),
                info("kai").reason().startsWith("it is held, because it could not boot cold: "));
        assertEquals(1, info("kai").boots());
        assertEquals(Recovery.State.DONE, hypervisor().recover("kai", RESTART).state());
    }

    @Test
    public void shouldGoOnWhenAnOperatorCannotHaveItCold() throws Exception {
        Wild lou = wild("lou", "ipca=64 KiB", "processors=1");
        Terminal bob = terminal("bob");
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        lou.boot.run(() -> {
            entered.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        // Before, its one processor may still read what comes.
        entered.await();
        for (int i = 0; i < 10; i++) {
            bob.call(() -> bob.ipca.send(bob.ipca.number("lou"),
                    MemorySegment.ofArray(new byte[5000])));
        }
        Recovery recovery = hypervisor().recover("lou", Verdict.of("cold"));
        held.countDown();
        assertEquals(Recovery.State.FAILED, recovery.state());
        assertTrue(recovery.outcome(), recovery.outcome().endsWith("that it has not read do not"
                + " fit into the dead letters: drop letters, or restart it in place"));
        for (int i = 0; i < 10; i++) {
            lou.next();
        }
        assertEquals(1, info("lou").boots());
    }

    @Test
    public void shouldRefuseAStandbyThatIsNone() throws Exception {
        wild("lea");
        assertEquals("standby=nobody is no other partition of the frame",
                hypervisor().recover("lea", new Verdict.Reassign("nobody")).outcome());
        assertEquals("standby=lea is no other partition of the frame",
                hypervisor().recover("lea", new Verdict.Reassign("lea")).outcome());
        assertEquals(PartitionState.RUNNING, info("lea").state());
    }
}
