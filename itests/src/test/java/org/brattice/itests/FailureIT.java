package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.brattice.api.Boot;
import org.brattice.api.Fault;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Partition code that throws, hangs or goes away harms itself alone. Deadlines are 1,500 ms here. */
public class FailureIT extends ContainerTest {
    private static final Duration DEADLINE = Duration.ofMillis(1500);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Lets hung threads end, whatever became of the test. */
    @After
    public void release() {
        release.countDown();
    }

    /** Hangs as firmware does that ignores interruption. */
    private void hang() {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // Ignored: that is what is tested.
            }
        }
    }

    private static List<Fault.Kind> kinds(PartitionInfo info) {
        return info.faults().stream().map(Fault::kind).toList();
    }

    private Bundle failing(String name, Firmware firmware) throws BundleException {
        Puppets.behave(name, (own, ipca) -> firmware);
        Bundle bundle = install(small(name), "test:" + name);
        bundle.start();
        return bundle;
    }

    /** A terminal that does something else with its messages. */
    private Terminal terminal(String name, java.util.function.Consumer<Message> handler)
            throws Exception {
        Terminal terminal = new Terminal(name) {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void message(Message message) {
                        handler.accept(message);
                    }
                };
            }
        };
        Puppets.behave(name, terminal);
        start(name);
        return terminal;
    }

    @Test
    public void shouldSayWhyABootFailed() throws Exception {
        Bundle bundle = failing("bad", new Firmware() {
            @Override
            public void boot(Boot boot) {
                throw new IllegalStateException("fuse blown");
            }

            @Override
            public void message(Message message) {
                // Never comes so far.
            }
        });
        PartitionInfo info = await("bad", PartitionState.FAILED);
        assertTrue(info.reason(), info.reason().contains("fuse blown"));
        assertEquals(List.of(Fault.Kind.BOOT_FAILED), kinds(info));
        assertTrue(hypervisor().why("bad").toString(),
                hypervisor().why("bad").toString().contains("fuse blown"));
        Terminal mended = new Terminal("bad");
        Puppets.behave("bad", mended);
        bundle.update(small("bad").stream());
        assertEquals(2, await("bad", PartitionState.RUNNING).boots());
    }

    @Test
    public void shouldSayThatFirmwareCouldNotBeMade() throws Exception {
        Puppets.behave("bad", (own, ipca) -> {
            throw new IllegalStateException("no such part");
        });
        install(small("bad"), "test:bad").start();
        PartitionInfo info = await("bad", PartitionState.FAILED);
        assertTrue(info.reason(), info.reason().contains("gave no instance")
                || info.reason().contains("no such part"));
    }

    @Test
    public void shouldShutOutABootThatHangs() throws Exception {
        Instant before = Instant.now();
        failing("slow", new Firmware() {
            @Override
            public void boot(Boot boot) {
                hang();
            }

            @Override
            public void message(Message message) {
                // Never comes so far.
            }
        });
        PartitionInfo booting = info("slow");
        if (booting.state() == PartitionState.BOOTING) {
            assertTrue(booting.deadline().isAfter(before));
        }
        PartitionInfo info = await("slow", PartitionState.FAILED);
        assertTrue(info.reason(),
                info.reason().contains("boot did not return by its deadline of 1500 ms"));
        assertEquals(List.of(Fault.Kind.DEADLINE_MISSED), kinds(info));
        assertTrue(Duration.between(before, Instant.now()).compareTo(DEADLINE) >= 0);
    }

    @Test
    public void shouldShutOutAHaltThatHangsAndKeepItsMessages() throws Exception {
        Terminal alice = new Terminal("alice") {
            private int boots;

            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                boolean first = boots++ == 0;
                return new Hands(context, service) {
                    @Override
                    public void halt() {
                        if (first) {
                            hang();
                        }
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        Bundle bundle = start("alice");
        Terminal bob = terminal("bob");
        Instant before = Instant.now();
        bundle.stop();
        Duration took = Duration.between(before, Instant.now());
        assertTrue("took=" + took, took.compareTo(DEADLINE.plusMillis(900)) < 0);
        PartitionInfo info = info("alice");
        assertEquals(PartitionState.FAILED, info.state());
        assertEquals(List.of(Fault.Kind.DEADLINE_MISSED), kinds(info));
        bob.send("alice", "unread");
        bundle.start();
        assertEquals("bob: unread", alice.next());
        await("alice", PartitionState.RUNNING);
        bob.send("alice", "and on");
        assertEquals("bob: and on", alice.next());
    }

    @Test
    public void shouldShutOutAHandlerThatHangsAndOfferItsMessageAgain() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        List<Throwable> late = new java.util.concurrent.CopyOnWriteArrayList<>();
        CountDownLatch left = new CountDownLatch(1);
        Terminal alice = new Terminal("alice") {
            private int boots;

            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                boolean first = boots++ == 0;
                return new Hands(context, service) {
                    @Override
                    public void message(Message message) {
                        if (first) {
                            entered.countDown();
                            hang();
                            try {
                                service.send(message.source(), bytes("late"));
                            } catch (RuntimeException e) {
                                late.add(e);
                            }
                            left.countDown();
                        } else {
                            received.add(message.attempt() + ". " + message.text());
                        }
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        Bundle bundle = start("alice");
        Terminal bob = terminal("bob");
        bob.send("alice", "hang");
        bob.send("alice", "next");
        assertTrue("entered", entered.await(20, TimeUnit.SECONDS));
        bundle.stop();
        assertEquals(PartitionState.FAILED, info("alice").state());
        bundle.start();
        assertEquals("2. hang", alice.next());
        assertEquals("1. next", alice.next());
        release.countDown();
        assertTrue("left", left.await(20, TimeUnit.SECONDS));
        assertEquals("the hung boot sends nothing any more", 1, late.size());
        bob.send("alice", "on");
        assertEquals("1. on", alice.next());
        assertTrue(bob.received.isEmpty());
    }

    @Test
    public void shouldOfferAgainWhatAHandlerThrewOnAndThenGiveItUp() throws Exception {
        java.util.concurrent.BlockingQueue<String> seen = new java.util.concurrent.LinkedBlockingQueue<>();
        terminal("alice", message -> {
            seen.add(message.attempt() + ". " + message.text());
            if (message.text().equals("bad")
                    || message.text().equals("flaky") && message.attempt() == 1) {
                throw new StackOverflowError("on purpose");
            }
        });
        Terminal bob = terminal("bob");
        Terminal carol = terminal("carol");
        for (String text : List.of("good", "flaky", "bad", "last")) {
            bob.send("alice", text);
        }
        for (String text : List.of("1. good", "1. flaky", "2. flaky", "1. bad", "2. bad", "3. bad",
                "1. last")) {
            assertEquals(text, seen.poll(20, TimeUnit.SECONDS));
        }
        PartitionInfo info = info("alice");
        assertEquals(PartitionState.RUNNING, info.state());
        assertEquals(List.of(Fault.Kind.HANDLER_THREW, Fault.Kind.HANDLER_THREW,
                Fault.Kind.HANDLER_THREW, Fault.Kind.HANDLER_THREW, Fault.Kind.POISONED),
                kinds(info));
        assertTrue(info.faults().getFirst().cause(), info.faults().getFirst().cause()
                .contains("source=bob attempt=1 threw java.lang.StackOverflowError: on purpose"));
        bob.send("carol", "undisturbed");
        assertEquals("bob: undisturbed", carol.next());
        assertEquals(List.of(), info("carol").faults());
    }

    @Test
    public void shouldSurviveATaskAndATickThatThrow() throws Exception {
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void tick() {
                        throw new IllegalStateException("tick");
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice", "scan.period=20");
        alice.boot.run(() -> {
            throw new IllegalStateException("task");
        });
        eventually("both are listed", () -> {
            String faults = info("alice").faults().toString();
            assertTrue(faults, faults.contains("tick threw java.lang.IllegalStateException: tick"));
        });
        assertEquals(PartitionState.RUNNING, info("alice").state());
        Terminal bob = terminal("bob");
        bob.send("alice", "still there?");
        assertEquals("bob: still there?", alice.next());
    }

    @Test
    public void shouldLetAHandlerStopItsOwnBundle() throws Exception {
        List<Throwable> thrown = new java.util.concurrent.CopyOnWriteArrayList<>();
        Bundle[] own = new Bundle[1];
        Terminal alice = terminal("alice", message -> {
            try {
                own[0].stop();
            } catch (BundleException e) {
                thrown.add(e);
            }
        });
        own[0] = alice.own.getBundle();
        Terminal bob = terminal("bob");
        bob.send("alice", "stop yourself");
        await("alice", PartitionState.STOPPED);
        assertEquals(List.of(), thrown);
        assertEquals(Bundle.RESOLVED, own[0].getState());
        assertEquals(List.of(), info("alice").faults());
        assertEquals("the message that did it was read", 0, info("alice").unreadBytes());
        own[0].start();
        await("alice", PartitionState.RUNNING);
    }

    @Test
    public void shouldLetAHandlerUninstallItsOwnBundle() throws Exception {
        Bundle[] own = new Bundle[1];
        Terminal alice = terminal("alice", message -> {
            try {
                own[0].uninstall();
            } catch (BundleException e) {
                throw new IllegalStateException(e);
            }
        });
        own[0] = alice.own.getBundle();
        Terminal bob = terminal("bob");
        bob.send("alice", "uninstall yourself");
        eventually("alice is gone",
                () -> assertFalse(hypervisor().partition("alice").isPresent()));
    }

    @Test
    public void shouldNotBeHarmedByJarsThatAreNoPartitions() throws Exception {
        Terminal alice = terminal("alice");
        int known = hypervisor().partitions().size();
        byte[] jar = small("cut").bytes();
        refusal(BundleException.class, () -> keep(context.installBundle("test:cut",
                new ByteArrayInputStream(Arrays.copyOf(jar, jar.length / 2)))));
        refusal(BundleException.class, () -> keep(context.installBundle("test:text",
                new ByteArrayInputStream("no jar at all".getBytes("UTF-8")))));
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (JarOutputStream zip = new JarOutputStream(plain, manifest)) {
            zip.putNextEntry(new JarEntry("readme.txt"));
            zip.write("a jar, but no bundle".getBytes("UTF-8"));
        }
        keep(context.installBundle("test:plain", new ByteArrayInputStream(plain.toByteArray())));
        install(new PartitionJar("test.nothing"), "test:nothing").start();
        assertEquals(known, hypervisor().partitions().size());
        Terminal bob = terminal("bob");
        bob.send("alice", "unharmed");
        assertEquals("bob: unharmed", alice.next());
    }

    @Test
    public void shouldLeaveARunningPartitionAloneWhenItsUpdateIsNoJar() throws Exception {
        Terminal alice = terminal("alice");
        Bundle bundle = context.getBundle("test:alice");
        refusal(BundleException.class, () -> bundle
                .update(new ByteArrayInputStream("no jar at all".getBytes("UTF-8"))));
        bundle.start();
        await("alice", PartitionState.RUNNING);
        Terminal bob = terminal("bob");
        bob.send("alice", "back");
        assertEquals("bob: back", alice.next());
    }
}
