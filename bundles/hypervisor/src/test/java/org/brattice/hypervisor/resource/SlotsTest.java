package org.brattice.hypervisor.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.brattice.api.FrameInfo;
import org.brattice.hypervisor.memory.FrameDescription.Device;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private final Slots slots = new Slots(
            Map.of("B", new Device(Path.of("b.img")), "A", new Device(Path.of("a.img"))));

    @Test
    void shouldHaveOneOwnerForEachSlot() {
        assertNull(slots.refusal("vios", List.of("A", "B")));
        slots.declare("vios", List.of("A"));

        assertTrue(slots.owns("vios", "A"));
        assertFalse(slots.owns("vios", "B"));
        assertNull(slots.refusal("vios", List.of("A", "B")));
        assertNull(slots.refusal("reader", List.of("B")));
        assertEquals(
                "slots=A is owned by partition vios: uninstall that one's bundle, or destroy it"
                        + " where that is gone, or declare another slot",
                slots.refusal("reader", List.of("B", "A")));
    }

    @Test
    void shouldLetGoOfSlotsThatAreNoLongerNamed() {
        slots.declare("vios", List.of("A", "B"));
        slots.declare("vios", List.of("B"));

        assertFalse(slots.owns("vios", "A"));
        assertNull(slots.refusal("reader", List.of("A")));
        assertEquals(List.of(new FrameInfo.Slot("A", "block a.img", ""),
                new FrameInfo.Slot("B", "block b.img", "vios")), slots.list());
    }

    @Test
    void shouldNameTheSlotsThatThereAre() {
        assertEquals("slots=C is no slot of the frame, which has A, B: add slot.C to the frame"
                + " description", slots.refusal("vios", List.of("A", "C")));
        assertEquals("slots=C is no slot of the frame, which has none: add slot.C to the frame"
                + " description", new Slots(Map.of()).refusal("vios", List.of("C")));
    }

    @Test
    void shouldHaveNoDeviceWhereThereIsNoSlot() {
        assertEquals("block a.img", slots.device("A").toString());
        assertNull(slots.device("C"));
        assertFalse(slots.owns("vios", "C"));
    }
}
