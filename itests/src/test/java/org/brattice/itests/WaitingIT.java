package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Blockage;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.PartitionState;
import org.brattice.api.Tracking;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The sender's side of a message: waiting for room, tracking, and who is in the way. */
public class WaitingIT extends ContainerTest {
    private final BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** A partition whose handler hangs until it is told to go on. */
    private Bundle busy() throws Exception {
        Puppets.behave("busy", (own, ipca) -> new Firmware() {
            @Override
            public void message(Message message) throws Exception {
                goOn.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
                read.add(message.length());
            }
        });
        return start("busy", "ipca=64 KiB");
    }

    @Test
    public void shouldCallASenderWhenThereIsRoomAndSayWhoBlocksItUntilThen() throws Exception {
        BlockingQueue<Integer> calls = new LinkedBlockingQueue<>();
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(BundleContext context, IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void room(int receiver) {
                        ipca.send(receiver, MemorySegment.ofArray(new byte[5000]),
                                Delivery.waking());
                        calls.add(receiver);
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice");
        busy();
        int busy = alice.number("busy");
        MemorySegment payload = MemorySegment.ofArray(new byte[4000]);
        eventually("it is full", () -> assertEquals(IpcaService.NO_ROOM, (long) alice
                .call(() -> alice.ipca.send(busy, payload, Delivery.TRY))));
        assertEquals(IpcaService.NO_ROOM,
                (long) alice.call(() -> alice.ipca.send(busy, MemorySegment.ofArray(new byte[5000]),
                        Delivery.waking())));

        eventually("its handler is at the first", () -> assertEquals(1,
                hypervisor().blockage("alice", "busy").orElseThrow().oldest().attempt()));
        Blockage blockage = hypervisor().blockage("alice", "busy").orElseThrow();
        assertEquals(PartitionState.RUNNING, blockage.receiverState());
        assertEquals(64 << 10, blockage.ipcaBytes());
        assertTrue(blockage.toString(), blockage.freeBytes() < 5000);
        assertEquals("alice", blockage.oldest().source());
        assertEquals(0, blockage.oldest().position());
        assertEquals(1, blockage.line().size());
        assertEquals("alice", blockage.line().get(0).partition());
        assertTrue(blockage.line().get(0).wakes());
        assertFalse(blockage.heldBack());
        assertNull(blockage.waitsFor());
        assertTrue(blockage.oldest().age().compareTo(info("busy").oldestUnread()) <= 0);
        assertTrue(calls.isEmpty());

        goOn.countDown();

        assertEquals(busy, (int) calls.poll(LIMIT.toSeconds(), TimeUnit.SECONDS));
        eventually("it is read", () -> assertTrue(read.contains(5000)));
        eventually("its place is given up", () -> assertTrue(
                hypervisor().blockage("alice", "busy").orElseThrow().line().isEmpty()));
        eventually("all is read", () -> assertNull(info("busy").oldestUnread()));
    }

    @Test
    public void shouldTrackAMessageOverAStopOfItsReceiver() throws Exception {
        Terminal alice = terminal("alice");
        goOn.countDown();
        Bundle bundle = busy();
        int busy = alice.number("busy");
        bundle.stop();
        await("busy", PartitionState.STOPPED);
        long position = alice.call(() -> alice.ipca.send(busy, Terminal.bytes("tracked"),
                Delivery.TRY.tracked()));
        Tracking fresh = alice.call(() -> alice.ipca.track(busy, position)).orElseThrow();
        assertEquals(Tracking.State.NEW, fresh.state());
        Blockage blockage = hypervisor().blockage("alice", "busy").orElseThrow();
        assertEquals(PartitionState.STOPPED, blockage.receiverState());
        assertEquals(position, blockage.oldest().position());

        bundle.start();

        eventually("it is deleted", () -> assertEquals(Tracking.State.DELETED, alice
                .call(() -> alice.ipca.track(busy, position)).orElseThrow().state()));
        Tracking done = alice.call(() -> alice.ipca.track(busy, position)).orElseThrow();
        assertEquals(fresh.sent(), done.sent());
        assertFalse(done.read().isBefore(done.sent()));
        assertTrue(alice.call(() -> alice.ipca.track(busy, position + 32)).isEmpty());
    }

    @Test
    public void shouldKnowNoBlockageOfWhatIsUnknown() throws Exception {
        terminal("alice");
        assertTrue(hypervisor().blockage("alice", "nobody").isEmpty());
        assertTrue(hypervisor().blockage("nobody", "alice").isEmpty());
    }
}
