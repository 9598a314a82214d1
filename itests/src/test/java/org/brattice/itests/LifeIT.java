package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.MemoryRange;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.osgi.framework.Bundle;

/** A partition's life follows its bundle's; its identity, memory and messages outlive a stop. */
public class LifeIT extends ContainerTest {
    @Test
    public void shouldLiveAsItsBundleDoes() throws Exception {
        int free = hypervisor().frame().freeBlocks();
        Bundle echo = echo();
        assertEquals(PartitionState.DECLARED, info("echo").state());
        assertTrue(hypervisor().why("echo").toString(),
                hypervisor().why("echo").get(0).contains("is not resolved: start "));
        echo.start();
        PartitionInfo running = await("echo", PartitionState.RUNNING);
        assertEquals(List.of(), hypervisor().why("echo"));
        assertEquals(16 << 20, running.ranges().stream().mapToLong(range -> range.size()).sum());
        assertEquals(free - 16, hypervisor().frame().freeBlocks());
        Terminal alice = terminal("alice");
        alice.send("echo", "one");
        assertEquals("echo: one", alice.next());

        echo.stop();
        PartitionInfo stopped = info("echo");
        assertEquals(PartitionState.STOPPED, stopped.state());
        assertEquals(running.ranges(), stopped.ranges());
        assertEquals(running.ipca(), stopped.ipca());
        assertTrue(hypervisor().why("echo").toString(),
                hypervisor().why("echo").toString().contains("is not started: start "));
        alice.send("echo", "two");
        assertTrue("unread=" + info("echo").unreadBytes(), info("echo").unreadBytes() > 0);

        echo.start();
        assertEquals("echo: two", alice.next());
        echo.update();
        alice.send("echo", "three");
        assertEquals("echo: three", alice.next());
        PartitionInfo again = await("echo", PartitionState.RUNNING);
        assertEquals(running.number(), again.number());
        assertEquals(running.ranges(), again.ranges());
        assertEquals(running.boots() + 2, again.boots());
        assertEquals(List.of(), again.faults());

        echo.uninstall();
        eventually("echo is gone", () -> assertFalse(hypervisor().partition("echo").isPresent()));
        eventually("its blocks are free", () -> assertEquals(free - 1,
                hypervisor().frame().freeBlocks()));
        assertEquals("its number is retired", IpcaService.NO_IPCA, (long) alice.call(
                () -> alice.ipca.send(running.number(), Terminal.bytes("late"))));
        refusal(HypervisorCallException.class, () -> alice.number("echo"));
        echo().start();
        assertTrue(await("echo", PartitionState.RUNNING).number() > running.number());
    }

    /** Else the answer to what a task sends would find no IPCA, and be lost. */
    @Test
    public void shouldRunNoTaskBeforeTheIpcaIsRegistered() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        AtomicBoolean beforehand = new AtomicBoolean();
        Puppets.behave("eager", (own, ipca) -> new Firmware() {
            @Override
            public void boot(Boot boot) throws Exception {
                boot.run(began::countDown);
                beforehand.set(began.await(200, TimeUnit.MILLISECONDS));
            }

            @Override
            public void message(Message message) {}
        });
        start("eager", "processors=2");
        assertTrue("the task runs", began.await(20, TimeUnit.SECONDS));
        assertFalse("it waited for the IPCA", beforehand.get());
    }

    @Test
    public void shouldKeepMemoryFromBootToBootAndGiveItAwayClear() throws Exception {
        Terminal alice = terminal("alice");
        alice.run(() -> alice.boot.memory().getFirst().set(ValueLayout.JAVA_LONG, 0, 42));
        context.getBundle("test:alice").stop();
        context.getBundle("test:alice").start();
        await("alice", PartitionState.RUNNING);
        assertEquals(42L, (long) alice.call(
                () -> alice.boot.memory().getFirst().get(ValueLayout.JAVA_LONG, 0)));
        assertEquals(2, alice.boot.count());
        long base = alice.boot.ranges().getFirst().base();
        context.getBundle("test:alice").uninstall();
        eventually("alice is gone",
                () -> assertFalse(hypervisor().partition("alice").isPresent()));
        eventually("no block is in quarantine",
                () -> assertEquals(0, hypervisor().frame().quarantinedBlocks()));
        Terminal bob = terminal("bob");
        assertEquals("the same block", base, bob.boot.ranges().getFirst().base());
        assertEquals(0L, (long) bob.call(
                () -> bob.boot.memory().getFirst().get(ValueLayout.JAVA_LONG, 0)));
    }

    @Test
    public void shouldMeetFreshFirmwareAtEachBootAndNewCodeAfterAnUpdate() throws Exception {
        Terminal first = terminal("alice");
        Terminal bob = terminal("bob");
        Bundle bundle = context.getBundle("test:alice");
        bob.send("alice", "to the old");
        assertEquals("bob: to the old", first.next());
        Terminal second = new Terminal("alice");
        Puppets.behave("alice", second);
        bundle.update(small("alice").version("2.0.0").stream());
        PartitionInfo info = await("alice", PartitionState.RUNNING);
        assertTrue(info.bundle(), info.bundle().startsWith("test.alice/2.0.0 ["));
        bob.send("alice", "to the new");
        assertEquals("bob: to the new", second.next());
        assertTrue(first.received.isEmpty());
    }

    @Test
    public void shouldRefuseAnUpdateThatNeedsLessMemory() throws Exception {
        terminal("alice");
        Bundle bundle = context.getBundle("test:alice");
        bundle.update(small("alice", "memory=2 MiB").stream());
        await("alice", PartitionState.RUNNING);
        assertEquals(2 << 20, info("alice").ranges().stream().mapToLong(MemoryRange::size).sum());
        bundle.update(small("alice").stream());
        eventually("the reason is known", () -> assertTrue(hypervisor().why("alice").toString(),
                hypervisor().why("alice").toString()
                        .contains("memory=1 MiB must be at least 2 MiB")));
        bundle.update(small("alice", "memory=2 MiB").stream());
        await("alice", PartitionState.RUNNING);
    }
}
