package org.brattice.hypervisor.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;

import org.brattice.api.BlockAdapter;
import org.brattice.api.FrameInfo;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IoAdapter;
import org.brattice.api.SerialAdapter;
import org.brattice.hypervisor.memory.FrameDescription.Device;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private final Slots slots = new Slots(
            Map.of("B", new Device.Block(Path.of("b.img")), "A",
                    new Device.Block(Path.of("a.img"))));

    @Test
    void shouldHaveOneOwnerForEachSlot() {
        assertNull(slots.refusal("vios", List.of("A", "B")));
        slots.declare("vios", List.of("A"), false);

        assertTrue("vios".equals(slots.owner("A")));
        assertFalse("vios".equals(slots.owner("B")));
        assertNull(slots.refusal("vios", List.of("A", "B")));
        assertNull(slots.refusal("reader", List.of("B")));
        assertEquals(
                "slots=A is owned by partition vios: move it away with move slot:A --free,"
                        + " uninstall that one's bundle, destroy it where that is gone, or declare"
                        + " another slot",
                slots.refusal("reader", List.of("B", "A")));
    }

    @Test
    void shouldLetGoOfSlotsThatAreNoLongerNamed() {
        slots.declare("vios", List.of("A", "B"), false);
        slots.declare("vios", List.of("B"), false);

        assertFalse("vios".equals(slots.owner("A")));
        assertNull(slots.refusal("reader", List.of("A")));
        assertEquals(List.of(new FrameInfo.Slot("A", "block a.img", ""),
                new FrameInfo.Slot("B", "block b.img", "vios")), slots.list());
    }

    @Test
    void shouldNameTheSlotsThatThereAre() {
        assertEquals("slots=C is no slot of the frame, which has A, B: add slot.C to the frame"
                + " description, or publish an IoAdapter with slot.location=C and start the bundle"
                + " again", slots.refusal("vios", List.of("A", "C")));
        assertEquals("slots=C is no slot of the frame, which has none: add slot.C to the frame"
                + " description, or publish an IoAdapter with slot.location=C and start the bundle"
                + " again", new Slots(Map.of()).refusal("vios", List.of("C")));
    }

    @Test
    void shouldLetTheOwnerInAlone() {
        slots.declare("vios", List.of("A"), false);

        assertEquals("block a.img", slots.enter("vios", "A", IoAdapter.class).toString());
        assertEquals(List.of(Thread.currentThread()), slots.inside("A"));
        slots.leave("A");
        assertEquals(List.of(), slots.inside("A"));
        assertEquals(
                "slot=A is not owned by partition reader: declare it in slots, or have it moved"
                        + " there",
                refused("reader", "A", IoAdapter.class));
        assertEquals("slot=C is not owned by partition vios: declare it in slots, or have it moved"
                + " there", refused("vios", "C", IoAdapter.class));
        assertEquals("slot=A holds block a.img, which is no SerialAdapter",
                refused("vios", "A", SerialAdapter.class));
    }

    private String refused(String partition, String location, Class<? extends IoAdapter> kind) {
        return assertThrows(HypervisorCallException.class,
                () -> slots.enter(partition, location, kind)).getMessage();
    }

    @Test
    void shouldHoldBackWhoComesWhileASlotChangesHands() throws Exception {
        slots.declare("vios", List.of("A"), false);
        slots.enter("vios", "A", IoAdapter.class);
        assertFalse(slots.withdraw("A"));
        FutureTask<String> next = new FutureTask<>(
                () -> refused("vios", "A", IoAdapter.class));
        Thread waiting = Thread.ofPlatform().start(next);
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        slots.leave("A");
        assertTrue(slots.withdraw("A"));
        assertFalse(next.isDone());

        slots.move("A", "reader");

        assertEquals("slot=A is not owned by partition vios: declare it in slots, or have it moved"
                + " there", next.get());
        slots.enter("reader", "A", IoAdapter.class);
        slots.leave("A");
        assertTrue(slots.withdraw("A"));
        slots.stay("A");
        slots.enter("reader", "A", IoAdapter.class);
    }

    @Test
    void shouldKeepASlotWhoseAdapterGoes() {
        BlockAdapter adapter = new NoDevice();
        assertNull(slots.insert("C", adapter, "none of bundle test"));
        assertEquals("slot=C holds none of bundle test already",
                slots.insert("C", new NoDevice(), "another"));
        assertEquals("slot=A holds block a.img already", slots.insert("A", adapter, "another"));
        slots.declare("vios", List.of("C"), false);
        assertSame(adapter, slots.enter("vios", "C", BlockAdapter.class));
        slots.leave("C");

        slots.remove("C", adapter);

        assertEquals(new FrameInfo.Slot("C", "empty", "vios"), slots.list().getLast());
        assertEquals("slot=C is empty: add slot.C to the frame description, or publish an IoAdapter"
                + " with slot.location=C", refused("vios", "C", IoAdapter.class));
        slots.forget("vios");
        assertEquals(2, slots.list().size());
        assertNull(slots.owner("C"));
    }

    @Test
    void shouldSayWhichSlotsOthersOwnWhenAPartitionComesBack() {
        assertEquals(List.of(), slots.declare("vios", List.of("A", "B"), true));
        slots.move("A", "standby");
        slots.move("B", "");

        assertEquals(List.of(), slots.declare("vios", List.of("A", "B"), false));
        assertEquals("", slots.owner("B"));
        assertNull(slots.refusal("vios", List.of("A", "B")));
        assertEquals(List.of("A"), slots.declare("vios", List.of("A", "B"), true));
        assertEquals("vios", slots.owner("B"));
        assertEquals("standby", slots.owner("A"));
    }

    private static final class NoDevice implements BlockAdapter {
        @Override
        public long size() {
            return 0;
        }

        @Override
        public void read(long offset, MemorySegment target) {
            throw new UnsupportedOperationException();
        }
    }
}
