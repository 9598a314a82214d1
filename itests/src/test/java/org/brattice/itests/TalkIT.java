package org.brattice.itests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.CRC32C;

import org.brattice.api.Chunk;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Outcome;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;

/** Partitions talk, through the VSR and nothing else. */
public class TalkIT extends ContainerTest {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(10));

    @Test
    public void shouldEcho() throws Exception {
        echo().start();
        await("echo", PartitionState.RUNNING);
        Terminal alice = terminal("alice");
        for (int i = 0; i < 100; i++) {
            alice.send("echo", "hello " + i);
            assertEquals("echo: hello " + i, alice.next());
        }
        eventually("all are marked", () -> assertEquals(100, info("alice").read()));
    }

    @Test
    public void shouldTalkOnDedicatedProcessors() throws Exception {
        Terminal alice = terminal("alice", "dedicated=true", "processors=2");
        Terminal bob = terminal("bob");
        for (int i = 0; i < 100; i++) {
            bob.send("alice", "ping " + i);
            assertEquals("bob: ping " + i, alice.next());
            alice.send("bob", "pong " + i);
            assertEquals("alice: pong " + i, bob.next());
        }
    }

    @Test
    public void shouldShowTheSameLookUpTableToPartitionsAndTools() throws Exception {
        Terminal alice = terminal("alice", "ipca=64 KiB");
        Terminal bob = terminal("bob", "memory=2 MiB", "ipca=2 MiB");
        List<IpcaEntry> table = alice.call(() -> alice.ipca.lookUpTable());
        assertEquals(hypervisor().lookUpTable(), table);
        assertEquals(List.of(
                new IpcaEntry(alice.boot.number(), "alice", alice.boot.ranges().get(0).base(),
                        64 << 10),
                new IpcaEntry(bob.boot.number(), "bob", bob.boot.ranges().get(0).base(), 2 << 20)),
                table);
        assertEquals(info("bob").ipca().base(), table.get(1).base());
    }

    @Test
    public void shouldReadForeignIpcasAndNothingElse() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = silent("bob");
        bob.run(() -> bob.boot.memory().getFirst().set(ValueLayout.JAVA_BYTE, 0, (byte) 77));
        alice.send("bob", "left in the IPCA");
        IpcaEntry entry = hypervisor().lookUpTable().stream()
                .filter(one -> one.partition().equals("bob")).findAny().orElseThrow();
        byte[] bytes = new byte[(int) entry.size()];
        alice.run(() -> alice.ipca.read(entry.base(), MemorySegment.ofArray(bytes)));
        assertTrue(new String(bytes, "UTF-8").contains("left in the IPCA"));
        long end = entry.base() + entry.size();
        assertRefused(alice, end - 1, 2, "address=0x" + Long.toHexString(end - 1)
                + " length=2 is outside the VSR");
        assertRefused(alice, 0, 8, "address=0x0 length=8 is outside the VSR");
        assertRefused(alice, entry.base(), 0, "length=0");
        assertRefused(alice, -8, 8, "must not be negative");
        assertRefused(alice, Long.MAX_VALUE - 3, 8, "overflow");
    }

    @Test
    public void shouldGiveMessagesAChecksumWhereTheReceiverDeclaresIt() throws Exception {
        Terminal alice = terminal("alice");
        CRC32C expected = new CRC32C();
        expected.update("checked".getBytes(StandardCharsets.UTF_8));
        assertEquals(0, checksum(alice, silent("plain")));
        assertEquals(expected.getValue(), checksum(alice, silent("careful", "checksums=true")));
    }

    /** What the header of the first message in an IPCA says its payload's checksum is. */
    private long checksum(Terminal from, Terminal to) throws Exception {
        from.send(to.boot.name(), "checked");
        MemorySegment header = MemorySegment.ofArray(new byte[32]);
        from.run(() -> from.ipca.read(to.boot.ipca().base(), header));
        boolean checked = (header.get(ValueLayout.JAVA_INT_UNALIGNED, 12) & 64) != 0;
        int checksum = header.get(ValueLayout.JAVA_INT_UNALIGNED, 28);
        assertEquals(checked, checksum != 0);
        return Integer.toUnsignedLong(checksum);
    }

    private static void assertRefused(Terminal reader, long address, int length, String text) {
        byte[] target = new byte[length];
        java.util.Arrays.fill(target, (byte) 9);
        byte[] before = target.clone();
        String message = refusal(HypervisorCallException.class, () -> reader.run(
                () -> reader.ipca.read(address, MemorySegment.ofArray(target))));
        assertTrue(message, message.contains(text));
        assertArrayEquals(before, target);
    }

    /** A partition that never reads: its handler has to be let go. */
    private Terminal silent(String name, String... attributes) throws Exception {
        Terminal silent = new Terminal(name) {
            @Override
            public Firmware firmware(org.osgi.framework.BundleContext context,
                    IpcaService service) {
                return new Hands(context, service);
            }
        };
        Puppets.behave(name, silent);
        Puppets.system("test." + name, new Unread());
        keep(context.installBundle("test:" + name,
                small(name, attributes).system(name).stream())).start();
        await(name, PartitionState.RUNNING);
        return silent;
    }

    @Test
    public void shouldBroadcastWithAnOutcomeForEach() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        Terminal tiny = terminal("tiny", "ipca=4 KiB");
        List<Outcome> outcomes = alice
                .call(() -> alice.ipca.broadcast(Terminal.bytes("all"), PATIENT));
        assertEquals(List.of(bob.boot.number(), tiny.boot.number()),
                outcomes.stream().map(Outcome::receiver).toList());
        assertTrue(outcomes.toString(), outcomes.stream().allMatch(Outcome::sent));
        assertEquals("alice: all", bob.next());
        assertEquals("alice: all", tiny.next());
        outcomes = alice.call(() -> alice.ipca.broadcast(MemorySegment.ofArray(new byte[4096]),
                Delivery.TRY));
        assertTrue(outcomes.get(0).sent());
        assertEquals(IpcaService.NO_ROOM, outcomes.get(1).position());
        context.getBundle("test:bob").stop();
        outcomes = alice.call(() -> alice.ipca.broadcast(Terminal.bytes("again"), PATIENT));
        assertTrue("messages to a stopped partition wait in its IPCA", outcomes.get(0).sent());
    }

    @Test
    public void shouldNotifyTheSourceWhenItsMessageWasRead() throws Exception {
        BlockingQueue<String> notices = new LinkedBlockingQueue<>();
        Terminal alice = new Terminal("alice") {
            @Override
            public Firmware firmware(org.osgi.framework.BundleContext context,
                    IpcaService service) {
                return new Hands(context, service) {
                    @Override
                    public void read(int receiver, long position) {
                        notices.add(receiver + "@" + position);
                    }
                };
            }
        };
        Puppets.behave("alice", alice);
        start("alice");
        Terminal bob = terminal("bob");
        int number = bob.boot.number();
        assertEquals(-1L, (long) alice.call(() -> alice.ipca.readBy(number)));
        long position = alice.call(() -> alice.ipca.send(number, Terminal.bytes("tell me"),
                PATIENT.notified()));
        assertEquals(number + "@" + position, notices.take());
        assertEquals("alice: tell me", bob.next());
        assertEquals(position, (long) alice.call(() -> alice.ipca.readBy(number)));
    }

    @Test
    public void shouldPassAMessageAHundredTimesTheIpca() throws Exception {
        MessageDigest received = MessageDigest.getInstance("SHA-256");
        BlockingQueue<Long> whole = new LinkedBlockingQueue<>();
        Puppets.behave("sink", (own, ipca) -> new Firmware() {
            @Override
            public void message(Message message) {
                throw new IllegalStateException("came whole");
            }

            @Override
            public void chunk(Chunk chunk) {
                received.update(chunk.payload().asByteBuffer());
                if (chunk.last()) {
                    whole.add(chunk.total());
                }
            }
        });
        start("sink", "ipca=64 KiB");
        Terminal alice = terminal("alice");
        byte[] bytes = new byte[100 * (64 << 10) + 5];
        new Random(25).nextBytes(bytes);
        int sink = alice.number("sink");
        long position = alice
                .call(() -> alice.ipca.send(sink, MemorySegment.ofArray(bytes), PATIENT));
        assertTrue("position=" + position, position >= 0);
        assertEquals(bytes.length, (long) whole.take());
        assertEquals(hex(MessageDigest.getInstance("SHA-256").digest(bytes)),
                hex(received.digest()));
        Terminal bob = terminal("bob");
        assertEquals("who takes no chunks refuses them", IpcaService.REFUSED,
                (long) alice.call(() -> alice.ipca.send(bob.boot.number(),
                        MemorySegment.ofArray(bytes), PATIENT)));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    public void shouldNameThePartitionsThatAreKnown() throws Exception {
        Terminal alice = terminal("alice");
        terminal("bob");
        assertEquals("partition=carol is unknown: known are alice, bob",
                refusal(HypervisorCallException.class, () -> alice.number("carol")));
        assertTrue(hypervisor().why("carol").toString(), hypervisor().why("carol").get(0)
                .contains("no installed bundle declares partition carol: known are alice, bob"));
        assertTrue(hypervisor().partition("carol").isEmpty());
    }

    @Test
    public void shouldRefuseDestinationsThatAreNone() throws Exception {
        Terminal alice = terminal("alice");
        int own = alice.boot.number();
        assertTrue(refusal(HypervisorCallException.class,
                () -> alice.call(() -> alice.ipca.send(own, Terminal.bytes("me"))))
                .contains("receiver=" + own + " is the caller itself"));
        for (int none : new int[]{-1, 0, own + 1000}) {
            assertTrue(refusal(HypervisorCallException.class,
                    () -> alice.call(() -> alice.ipca.send(none, Terminal.bytes("who"))))
                    .contains("receiver=" + none + " is no partition's number"));
        }
    }
}
