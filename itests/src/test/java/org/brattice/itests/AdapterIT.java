package org.brattice.itests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.brattice.api.BlockAdapter;
import org.brattice.api.BlockDevice;
import org.brattice.api.Fault;
import org.brattice.api.FrameInfo;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IoAdapter;
import org.brattice.api.Move;
import org.brattice.api.Move.State;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;
import org.brattice.api.SerialAdapter;
import org.brattice.api.SerialDevice;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;

/** Adapters that a bundle publishes, reached by the owners of their slots alone. */
public class AdapterIT extends MoveTest {
    private static final Resource.Slot SLOT = new Resource.Slot("U1-P1-C7");
    private static final long BYTES = 5 << 20;
    private final List<ServiceRegistration<IoAdapter>> published = new ArrayList<>();

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("AdapterIT", "memory = 64 MiB", "block = 1 MiB", "processors = 64",
                "backing = anonymous", "slot.U1-P1-S1 = serial serial.log frame.conf");
    }

    @After
    public void withdraw() {
        published.forEach(ServiceRegistration::unregister);
        published.clear();
    }

    private void publish(IoAdapter adapter) {
        publish(adapter, SLOT.location());
    }

    private void publish(IoAdapter adapter, String location) {
        published.add(context.registerService(IoAdapter.class, adapter,
                new Hashtable<>(Map.of(IoAdapter.LOCATION, location))));
    }

    /** Each byte is the low byte of its offset; notes what it was handed. */
    private static class Counting implements BlockAdapter {
        volatile MemorySegment kept;
        volatile CountDownLatch inside;
        volatile CountDownLatch goOn;

        @Override
        public long size() {
            return BYTES;
        }

        @Override
        public void read(long offset, MemorySegment target) throws IOException {
            kept = target;
            if (inside != null) {
                inside.countDown();
                try {
                    goOn.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            for (long i = 0; i < target.byteSize(); i++) {
                target.set(ValueLayout.JAVA_BYTE, i, (byte) (offset + i));
            }
        }
    }

    private FrameInfo.Slot slot() {
        return hypervisor().frame().slots().stream()
                .filter(one -> one.location().equals(SLOT.location())).findAny().orElse(null);
    }

    private String refusedStart(String name, String... attributes) throws Exception {
        refusal(BundleException.class,
                () -> install(small(name, attributes), "test:" + name).start());
        return info(name).reason();
    }

    @Test
    public void shouldReachAPublishedAdapterThroughItsSlot() throws Exception {
        assertEquals(
                "slots=U1-P1-C7 is no slot of the frame, which has U1-P1-S1: add slot.U1-P1-C7 to"
                        + " the frame description, or publish an IoAdapter with"
                        + " slot.location=U1-P1-C7 and start the bundle again",
                refusedStart("alice", "slots=U1-P1-C7"));
        context.getBundle("test:alice").uninstall();
        Counting adapter = new Counting();
        publish(adapter);
        assertTrue(slot().device(), slot().device().startsWith("block of bundle "));
        MoveTerminal alice = mover("alice", "slots=U1-P1-C7", "memory=8 MiB", "ipca=64 KiB");
        MoveTerminal bob = mover("bob");

        BlockDevice device = alice.call(() -> alice.boot.device(SLOT.location()));
        assertEquals(BYTES, (long) alice.call(device::size));
        MemorySegment target = alice.call(() -> alice.boot.memory().getLast().asSlice(0, BYTES));
        alice.run(() -> device.read(0, target));
        byte[] expected = new byte[(int) BYTES];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) i;
        }
        assertArrayEquals(expected, target.toArray(ValueLayout.JAVA_BYTE));
        assertEquals("Already closed", refusal(IllegalStateException.class,
                () -> alice.call(() -> adapter.kept.get(ValueLayout.JAVA_BYTE, 0))));
        assertNotNull(refusal(IndexOutOfBoundsException.class,
                () -> alice.run(() -> device.read(1, target))));

        assertEquals(State.DONE, hypervisor().move(request(SLOT, "bob")).state());
        assertEquals(
                "slot=U1-P1-C7 is not owned by partition alice: declare it in slots, or have it"
                        + " moved there",
                refusal(HypervisorCallException.class,
                        () -> alice.run(() -> device.read(0, target))));
        assertEquals(BYTES, (long) bob.call(() -> bob.boot.device(SLOT.location()).size()));

        withdraw();
        assertEquals(new FrameInfo.Slot("U1-P1-C7", "empty", "bob"), slot());
        assertEquals(
                "slot=U1-P1-C7 is empty: add slot.U1-P1-C7 to the frame description, or publish"
                        + " an IoAdapter with slot.location=U1-P1-C7",
                refusal(HypervisorCallException.class,
                        () -> bob.run(() -> bob.boot.device(SLOT.location()))));
        publish(adapter);
        assertEquals(BYTES, (long) bob.call(() -> bob.boot.device(SLOT.location()).size()));
    }

    @Test
    public void shouldNotMoveASlotUnderATransfer() throws Exception {
        Counting adapter = new Counting();
        publish(adapter);
        MoveTerminal alice = mover("alice", "slots=U1-P1-C7", "processors=2");
        MoveTerminal bob = mover("bob");
        BlockDevice device = alice.call(() -> alice.boot.device(SLOT.location()));
        adapter.goOn = new CountDownLatch(1);
        adapter.inside = new CountDownLatch(1);
        MemorySegment target = MemorySegment.ofArray(new byte[2 << 20]);
        CompletableFuture<String> read = new CompletableFuture<>();
        alice.boot.run(() -> {
            try {
                device.read(0, target);
                read.complete("all of it");
            } catch (Exception e) {
                read.complete(e.getMessage());
            }
        });
        adapter.inside.await();

        Move held = hypervisor()
                .move(new MoveRequest(SLOT, "bob", true, Duration.ofMillis(200), "asked"));
        assertEquals(State.UNDONE, held.state());
        assertTrue(held.outcome(), held.outcome().matches("slot:U1-P1-C7 is held by a transfer that"
                + " did not end in 200 ms: thread=brattice-alice-[12] is in .*Counting.read.*"));
        CompletableFuture<Move> moving = CompletableFuture.supplyAsync(this::toBob);
        eventually("the move waits for the transfer", () -> assertEquals("BEGUN",
                hypervisor().moves().getLast().state().name()));
        adapter.goOn.countDown();
        assertEquals(State.DONE, moving.get().state());
        assertEquals(
                "slot=U1-P1-C7 is not owned by partition alice: declare it in slots, or have it"
                        + " moved there",
                read.get());
        bob.run(() -> bob.boot.device(SLOT.location()).read(0, target));
    }

    private Move toBob() {
        try {
            return hypervisor().move(request(SLOT, "bob"));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    public void shouldTurnWhatAnAdapterDoesWrongIntoAnError() throws Exception {
        mover("bob");
        CompletableFuture<Object> asPartition = new CompletableFuture<>();
        publish(new Counting() {
            @Override
            public void read(long offset, MemorySegment target) throws IOException {
                if (offset == 0) {
                    throw new IllegalStateException("worn out");
                }
                try {
                    asPartition.complete(Terminal.class.getName() + hypervisor().move(
                            request(new Resource.Processor(0), "")));
                } catch (Exception e) {
                    asPartition.complete(e);
                }
                throw new IOException("no such sector");
            }
        });
        MoveTerminal alice = mover("alice", "slots=U1-P1-C7");
        MemorySegment target = MemorySegment.ofArray(new byte[10]);
        BlockDevice device = alice.call(() -> alice.boot.device(SLOT.location()));

        assertEquals("the adapter in slot=U1-P1-C7 threw java.lang.IllegalStateException: worn out",
                refusal(IOException.class, () -> alice.run(() -> device.read(0, target))));
        assertEquals("no such sector",
                refusal(IOException.class, () -> alice.run(() -> device.read(1, target))));
        assertTrue("an adapter does not act as the partition: " + asPartition.get(),
                !(asPartition.get() instanceof HypervisorCallException));
        assertEquals(List.of(
                "slot=U1-P1-C7: java.io.IOException: the adapter in slot=U1-P1-C7 threw"
                        + " java.lang.IllegalStateException: worn out",
                "slot=U1-P1-C7: java.io.IOException: no such sector"),
                info("alice").faults().stream()
                        .filter(fault -> fault.kind() == Fault.Kind.DEVICE_FAILED)
                        .map(Fault::cause).toList());
        assertEquals("slot=U1-P1-C7 holds " + slot().device() + ", which is no SerialAdapter",
                refusal(HypervisorCallException.class,
                        () -> alice.run(() -> alice.boot.serial(SLOT.location()))));
    }

    @Test
    public void shouldSpeakOverASerialLine() throws Exception {
        MoveTerminal alice = mover("alice", "slots=U1-P1-S1");
        SerialDevice file = alice.call(() -> alice.boot.serial("U1-P1-S1"));
        alice.run(() -> file.write(Terminal.bytes("hello")));
        byte[] first = new byte[6];
        assertEquals(6, (int) alice.call(() -> file.read(MemorySegment.ofArray(first))));
        String[] paths = hypervisor().frame().slots().getLast().device().split(" ");
        assertEquals(Files.readString(Path.of(paths[2])).substring(0, 6),
                new String(first, StandardCharsets.UTF_8));
        assertEquals("hello", Files.readString(Path.of(paths[1])));

        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        publish(new SerialAdapter() {
            @Override
            public int read(MemorySegment target) {
                return target.byteSize() > 3 ? (int) target.byteSize() + 1 : -1;
            }

            @Override
            public void write(MemorySegment source) throws IOException {
                sent.write(source.toArray(ValueLayout.JAVA_BYTE));
            }
        });
        MoveTerminal bob = mover("bob", "slots=U1-P1-C7");
        SerialDevice line = bob.call(() -> bob.boot.serial(SLOT.location()));
        byte[] many = new byte[3 << 20];
        many[many.length - 1] = 1;
        bob.run(() -> line.write(MemorySegment.ofArray(many)));
        assertArrayEquals(many, sent.toByteArray());
        assertEquals(-1, (int) bob.call(() -> line.read(MemorySegment.ofArray(new byte[3]))));
        assertEquals("the adapter in slot=U1-P1-C7 read bytes=5 of at most 4",
                refusal(IOException.class,
                        () -> bob.call(() -> line.read(MemorySegment.ofArray(new byte[4])))));
    }

    @Test
    public void shouldRefuseMoreSlotsThanAFrameNotes() throws Exception {
        int most = 64;
        List<String> many = IntStream.rangeClosed(1, most + 1).mapToObj(i -> "U1-P2-C" + i)
                .toList();
        many.forEach(location -> publish(new Counting(), location));
        String all = "slots:List<String>=" + String.join(",", many);
        assertEquals("slots=" + many + " are too many: a frame notes the owners of 64 slots",
                refusedStart("alice", all));
        context.getBundle("test:alice").uninstall();
        mover("alice", "slots:List<String>=" + String.join(",", many.subList(0, most)));
        assertEquals(most, info("alice").slots().size());
        mover("bob");
        Resource.Slot more = new Resource.Slot(many.getLast());
        String why = "resource=" + more + " cannot be noted: a frame notes the owners of 64 slots";
        assertEquals(why, refusal(IllegalArgumentException.class,
                () -> hypervisor().plan(request(more, "bob"))));
        assertEquals(why, refusal(IllegalArgumentException.class,
                () -> hypervisor().move(request(more, "bob"))));
        assertEquals("the slots that are noted move", State.DONE,
                hypervisor().move(request(new Resource.Slot(many.getFirst()), "bob")).state());
    }
}
