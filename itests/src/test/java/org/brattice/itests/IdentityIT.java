package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;

/** The hypervisor knows who calls, and grants nothing longer than a boot. */
public class IdentityIT extends ContainerTest {
    @Test
    public void shouldRefuseCallsOnForeignThreads() throws Exception {
        Terminal alice = terminal("alice");
        String message = refusal(HypervisorCallException.class,
                () -> alice.ipca.number("alice"));
        assertTrue(message, message.contains("hypervisor call on thread=")
                && message.contains("no virtual processor: call from Firmware or Boot.run"));
        BlockingQueue<Object> result = new LinkedBlockingQueue<>();
        alice.run(() -> Thread.ofVirtual().start(() -> {
            try {
                result.add(alice.ipca.number("alice"));
            } catch (HypervisorCallException e) {
                result.add(e);
            }
        }));
        assertEquals(HypervisorCallException.class, result.take().getClass());
    }

    @Test
    public void shouldRefuseAStolenService() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        IpcaService stolen = bob.own
                .getService(bob.own.getServiceReference(IpcaService.class));
        int number = bob.boot.number();
        for (IpcaService service : new IpcaService[]{bob.ipca, stolen}) {
            String message = refusal(HypervisorCallException.class,
                    () -> alice.run(() -> service.send(number, Terminal.bytes("I am bob"))));
            assertTrue(message, message.contains("hypervisor call of partition alice through the"
                    + " IpcaService of bundle test.bob"));
        }
        alice.send("bob", "I am alice");
        assertEquals("alice: I am alice", bob.next());
    }

    @Test
    public void shouldRunTasksOnOtherProcessors() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(org.osgi.framework.BundleContext own, IpcaService service) {
                return new Hands(own, service) {
                    @Override
                    public void message(Message message) {
                        entered.countDown();
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        super.message(message);
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice", "processors=2");
        Terminal bob = terminal("bob");
        bob.send("alice", "wait");
        entered.await();
        alice.send("bob", "from the other processor");
        assertEquals("alice: from the other processor", bob.next());
        release.countDown();
        assertEquals("bob: wait", alice.next());
    }

    @Test
    public void shouldEndAllGrantsWithTheBoot() throws Exception {
        BlockingQueue<Message> kept = new LinkedBlockingQueue<>();
        BlockingQueue<MemorySegment> payloads = new LinkedBlockingQueue<>();
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(org.osgi.framework.BundleContext own, IpcaService service) {
                return new Hands(own, service) {
                    @Override
                    public void message(Message message) {
                        kept.add(message);
                        payloads.add(message.payload());
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice");
        Terminal bob = terminal("bob");
        bob.send("alice", "keep me");
        MemorySegment payload = payloads.take();
        Message message = kept.take();
        byte first = payload.get(ValueLayout.JAVA_BYTE, 0);
        assertTrue("first=" + first, first == 'k' || first == 0);
        refusal(RuntimeException.class,
                () -> payload.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        refusal(IllegalStateException.class, message::length);
        refusal(IllegalStateException.class, () -> alice.run(message::text));
        Boot boot = alice.boot;
        assertTrue(refusal(HypervisorCallException.class, boot::memory)
                .contains("the memory of partition alice is handed out on its own processors"));
        MemorySegment memory = alice.call(() -> boot.memory().getFirst());
        context.getBundle("test:alice").stop();
        refusal(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        refusal(IllegalStateException.class, () -> payload.get(ValueLayout.JAVA_BYTE, 0));
        assertTrue(refusal(HypervisorCallException.class, () -> boot.run(() -> {}))
                .contains("boot=1 of partition alice has ended"));
        context.getBundle("test:alice").start();
        await("alice", PartitionState.RUNNING);
        assertNotEquals(boot, alice.boot);
        refusal(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        refusal(HypervisorCallException.class, () -> boot.run(() -> {}));
    }

    @Test
    public void shouldRegisterTheIpcaInOwnMemoryOnce() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        Puppets.behave("alice", (own, ipca) -> new Firmware() {
            @Override
            public void boot(Boot boot) {
                MemoryRange own = boot.ranges().getFirst();
                long size = 64 << 10;
                for (long base : new long[]{0, own.base() + 512, own.base() - size, own.end()}) {
                    messages.add(refusal(HypervisorCallException.class,
                            () -> boot.register(base, size)));
                }
                messages.add(refusal(HypervisorCallException.class,
                        () -> boot.register(own.base(), size + 4096)));
                boot.register(own.base() + size, size);
                messages.add(refusal(HypervisorCallException.class,
                        () -> boot.register(own.base(), size)));
            }

            @Override
            public void message(Message message) {
                messages.add(message.text());
            }
        });
        start("alice");
        MemoryRange range = info("alice").ranges().getFirst();
        assertEquals(range.base() + (64 << 10), info("alice").ipca().base());
        for (String text : new String[]{"is not in the partition's own memory", "is misaligned",
                "is not in the partition's own memory", "is not in the partition's own memory",
                "must have a power of two of bytes", "this boot has registered"}) {
            String message = messages.poll(10, TimeUnit.SECONDS);
            assertTrue(message, message.contains(text));
        }
        Terminal bob = terminal("bob");
        bob.send("alice", "registered");
        assertEquals("registered", messages.poll(10, TimeUnit.SECONDS));
    }
}
