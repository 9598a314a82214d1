package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.brattice.api.Boot;
import org.brattice.api.FrameInfo;
import org.brattice.api.Holding;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Move;
import org.brattice.api.Move.State;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.Resource;
import org.brattice.api.Resource.MemoryBlock;
import org.junit.Test;

/** Memory blocks change hands: revoked, quarantined, cleared, given. */
public class BlockMoveIT extends MoveTest {
    private static final String[] ROOMY = {"memory=4 MiB", "memory.minimum=2 MiB"};
    private static final long BLOCK = 1 << 20;
    private static final Duration SHORT = Duration.ofMillis(300);

    private static MemoryBlock last(Boot boot) {
        return boot.blocks().getLast();
    }

    private int blocks() {
        FrameInfo frame = hypervisor().frame();
        return frame.quarantinedBlocks() + hypervisor().holdings().stream()
                .mapToInt(one -> one.blocks().size()).sum();
    }

    @Test
    public void shouldMoveABlockThatItsLoserCannotReachFromThenOn() throws Exception {
        MoveTerminal alice = mover("alice", ROOMY);
        MoveTerminal bob = mover("bob");
        int all = blocks();
        assertEquals(2, holding("alice").spareBlocks().size());
        assertEquals(List.of(), bob.call(() -> bob.boot.blocks()));
        MemoryBlock block = last(alice.boot);
        MemorySegment kept = alice.call(() -> alice.boot.block(block));
        assertEquals(BLOCK, kept.byteSize());
        MemorySegment other = alice
                .call(() -> alice.boot.block(alice.boot.blocks().getFirst()));
        kept.fill((byte) -1);

        Move move = hypervisor().move(request(block, "bob"));

        assertEquals(move.outcome(), State.DONE, move.state());
        assertTrue(move.outcome(), move.outcome().matches("1 MiB cleared in [0-9]+\\.[0-9] ms"));
        assertEquals("Already closed", refusal(IllegalStateException.class,
                () -> kept.get(ValueLayout.JAVA_BYTE, 0)));
        other.fill((byte) 1);
        assertEquals(
                "resource=" + block + " is not one of the blocks that partition alice owns above"
                        + " its minimum: they are " + alice.boot.blocks(),
                refusal(HypervisorCallException.class,
                        () -> alice.run(() -> alice.boot.block(block))));
        assertEquals(List.of(block), bob.boot.blocks());
        MemorySegment got = bob.call(() -> bob.boot.block(block));
        assertEquals("cleared", -1,
                got.mismatch(MemorySegment.ofArray(new byte[(int) BLOCK])));
        assertEquals("releasing " + block + " to bob, the test asks", alice.hears());
        assertEquals("arriving " + block + " from alice", bob.hears());
        assertEquals(block + " DONE", bob.hears());
        assertEquals(all, blocks());

        got.fill((byte) 7);
        context.getBundle("test:bob").stop();
        context.getBundle("test:bob").start();
        await("bob", PartitionState.RUNNING);
        assertEquals("Already closed", refusal(IllegalStateException.class,
                () -> got.get(ValueLayout.JAVA_BYTE, 0)));
        assertEquals("kept from boot to boot", 7, (byte) bob
                .call(() -> bob.boot.block(block).get(ValueLayout.JAVA_BYTE, BLOCK - 1)));
        assertEquals(State.DONE, hypervisor().move(request(block, "alice")).state());
        assertEquals("back in the same boot", 0, (byte) alice
                .call(() -> alice.boot.block(block).get(ValueLayout.JAVA_BYTE, BLOCK - 1)));
    }

    @Test
    public void shouldNeverHandOnABlockThatAThreadStillReadsInto() throws Exception {
        MoveTerminal alice = mover("alice", "memory=4 MiB", "memory.minimum=2 MiB",
                "processors=2", "dedicated=true");
        mover("bob");
        MemoryBlock block = last(alice.boot);
        MemorySegment segment = alice.call(() -> alice.boot.block(block));
        Pipe pipe = Pipe.open();
        alice.boot.run(() -> reads(pipe, segment));
        eventually("the thread is inside the system call",
                () -> assertTrue(inSystemCall("brattice-alice-1")));

        Move held = hypervisor().move(new MoveRequest(block, "bob", true, SHORT, "asked"));

        assertTrue(held.outcome(), held.outcome().startsWith(block
                + " is held by blocking I/O that did not end in 300 ms: "));
        assertTrue(held.outcome(), held.outcome().contains(
                "thread=brattice-alice-1 is in org.brattice.itests.BlockMoveIT.reads"));
        assertEquals("still reached", 0, segment.get(ValueLayout.JAVA_BYTE, 1));

        pipe.sink().write(ByteBuffer.wrap(new byte[]{1}));
        eventually("the thread has come out", () -> assertEquals(State.DONE,
                hypervisor().move(new MoveRequest(block, "bob", true, SHORT, "asked")).state()));
        pipe.sink().close();
    }

    @Test
    public void shouldNeverHandOnABlockThatAnEndedBootStillReaches() throws Exception {
        MoveTerminal alice = mover("alice", ROOMY);
        mover("bob");
        MemoryBlock block = last(alice.boot);
        MemorySegment segment = alice.call(() -> alice.boot.block(block));
        Pipe pipe = Pipe.open();
        Thread.ofPlatform().daemon().name("alice-reads").start(() -> reads(pipe, segment));
        eventually("the thread is inside the system call",
                () -> assertTrue(inSystemCall("alice-reads")));
        context.getBundle("test:alice").stop();
        await("alice", PartitionState.STOPPED);

        Move held = hypervisor().move(new MoveRequest(block, "bob", true, SHORT, "asked"));

        assertEquals(block + " is held by blocking I/O that did not end in 300 ms, of a boot that"
                + " has ended", held.outcome());
        pipe.sink().write(ByteBuffer.wrap(new byte[]{1}));
        eventually("the thread has come out", () -> assertEquals(State.DONE,
                hypervisor().move(new MoveRequest(block, "bob", true, SHORT, "asked")).state()));
        pipe.sink().close();
    }

    private static boolean inSystemCall(String thread) {
        return Thread.getAllStackTraces().entrySet().stream()
                .anyMatch(one -> one.getKey().getName().equals(thread)
                        && one.getValue().length > 0 && one.getValue()[0].isNativeMethod()
                        && Arrays.stream(one.getValue())
                                .anyMatch(frame -> frame.getMethodName().equals("reads")));
    }

    private static void reads(Pipe pipe, MemorySegment segment) {
        try {
            pipe.source().read(segment.asByteBuffer());
        } catch (Exception e) {
            // Its boot has ended meanwhile.
        }
    }

    @Test
    public void shouldSayWhyABlockCannotMove() throws Exception {
        MoveTerminal alice = mover("alice", ROOMY);
        mover("bob");
        Holding holding = holding("alice");
        MemoryBlock ipca = new MemoryBlock(holding.blocks().getFirst());
        assertEquals("resource=" + ipca + " is one of those that alice keeps, for its IPCA lies"
                + " there, or by memory.minimum: those that can move are "
                + holding.spareBlocks(), refused(ipca, "bob"));
        assertEquals("resource=block:0 holds the hypervisor's tables: it stays",
                refused(new MemoryBlock(0), "bob"));
        assertEquals("resource=block:64 is not in the frame, which has blocks 0 to 63",
                refused(new MemoryBlock(64), "bob"));
        assertEquals(
                List.of("alice is asked to release " + last(alice.boot) + ": 20000 ms to answer,"
                        + " or the move is undone", "alice writes to the IPCA of bob",
                        "bob is asked to take it: 20000 ms to answer, or the move is undone",
                        "what alice has of " + last(alice.boot) + " is revoked: segments throw",
                        "commit: " + last(alice.boot) + " is owned by bob, once it is cleared",
                        "both are told"),
                hypervisor().plan(request(last(alice.boot), "bob")));
    }

    private String refused(Resource resource, String to) {
        return refusal(IllegalArgumentException.class,
                () -> hypervisor().move(request(resource, to)));
    }

    @Test
    public void shouldMoveBlocksOfAndToTheFreePool() throws Exception {
        MoveTerminal alice = mover("alice", ROOMY);
        int all = blocks();
        MemoryBlock free = new MemoryBlock(holding("").blocks().getLast());

        assertEquals(State.DONE, hypervisor().move(request(free, "alice")).state());
        assertEquals(3, alice.boot.blocks().size());
        for (MemoryBlock block : alice.boot.blocks()) {
            MemorySegment segment = alice.call(() -> alice.boot.block(block));
            assertEquals(State.DONE, hypervisor().move(request(block, "")).state());
            assertEquals("Already closed", refusal(IllegalStateException.class,
                    () -> segment.get(ValueLayout.JAVA_BYTE, 0)));
        }
        assertEquals(List.of(), alice.boot.blocks());
        assertEquals(2, holding("alice").blocks().size());
        assertEquals(all, blocks());
        assertEquals("done", alice.call(() -> "done"));
    }

    @Test
    public void shouldKeepWhatIsDeclaredAnew() throws Exception {
        mover("alice", ROOMY);
        List<Integer> owned = new ArrayList<>(holding("alice").blocks());
        context.getBundle("test:alice").update(
                small("alice", "memory=4 MiB", "memory.minimum=3 MiB").stream());
        await("alice", PartitionState.RUNNING);
        assertEquals(owned, holding("alice").blocks());
        assertEquals(1, holding("alice").spareBlocks().size());
        context.getBundle("test:alice").update(small("alice", "memory=4 MiB").stream());
        await("alice", PartitionState.RUNNING);
        assertEquals(List.of(), holding("alice").spareBlocks());
        assertEquals(owned, holding("alice").blocks());
    }

    @Test
    public void shouldGrowAndNotShrink() throws Exception {
        MoveTerminal alice = mover("alice", ROOMY);
        alice.run(() -> alice.boot.memory().getLast().fill((byte) 9));
        assertEquals(State.DONE,
                hypervisor().move(request(last(alice.boot), "")).state());
        context.getBundle("test:alice")
                .update(small("alice", "memory=7 MiB", "memory.minimum=3 MiB").stream());
        await("alice", PartitionState.RUNNING);
        assertEquals("what was moved away stays away", 6, holding("alice").blocks().size());
        assertEquals(3, holding("alice").spareBlocks().size());
        assertEquals("contents are kept", 9, (byte) alice
                .call(() -> alice.boot.memory().getFirst().get(ValueLayout.JAVA_BYTE, 0)));
        context.getBundle("test:alice").update(small("alice", ROOMY).stream());
        eventually("it is refused",
                () -> assertEquals("its firmware was refused: memory=4 MiB must be"
                        + " at least 7 MiB, which alice was given and has its data in: uninstall its bundle"
                        + " first to begin anew", info("alice").reason()));
    }
}
