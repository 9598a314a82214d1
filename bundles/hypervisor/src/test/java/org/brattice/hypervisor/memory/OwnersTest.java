package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnersTest {
    private static final int X = 3;
    private static final int Y = 7;

    @TempDir
    private Path data;
    private Frame frame;
    private ProcessorMap processors;
    private SlotMap slots;

    @BeforeEach
    void open() throws IOException {
        open(8);
    }

    private void open(int count) throws IOException {
        frame = Frame.open(data, new FrameDescription("test", 4 << 20, 64 << 10, 4, count,
                Backing.DATA, Map.of(), new StoreSizes(4096, 4096, 1024, 4096, 4096)));
        processors = new ProcessorMap(frame);
        slots = new SlotMap(frame);
    }

    @AfterEach
    void close() {
        frame.close();
    }

    @Test
    void shouldGiveTheLowestProcessorsAndTakeBackTheHighest() {
        processors.settle(X, 3);
        processors.settle(Y, 2);
        processors.settle(X, 4);
        processors.settle(Y, 1);

        assertEquals(List.of(0, 1, 2, 5), processors.of(X));
        assertEquals(List.of(3), processors.of(Y));
        assertEquals(3, processors.free());
        assertEquals(8, processors.count());
    }

    @Test
    void shouldGiveNoMoreProcessorsThanThereAre() {
        processors.settle(X, 3);

        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> processors.settle(Y, 6));
        assertEquals("processors=6 of partition number=7 are not free: free=5", e.getMessage());
        assertEquals(List.of(), processors.of(Y));
    }

    @Test
    void shouldKeepOwnersOverARestart() throws IOException {
        processors.settle(X, 2);
        processors.owner(7, Y);
        slots.set(new SlotMap.Row("U1-C2", X, X));
        slots.set(new SlotMap.Row("U1-C1", Y, 0));
        slots.set(new SlotMap.Row("U1-C2", Y, X));
        frame.close();
        open(8);

        assertEquals(List.of(0, 1), processors.of(X));
        assertEquals(Y, processors.owner(7));
        assertEquals(List.of(new SlotMap.Row("U1-C2", Y, X), new SlotMap.Row("U1-C1", Y, 0)),
                slots.rows());
        processors.freeUnless(number -> number == X);
        slots.freeUnless(number -> number == X);
        assertEquals(6, processors.free());
        assertEquals(List.of(new SlotMap.Row("U1-C2", 0, X)), slots.rows());
    }

    @Test
    void shouldFreeProcessorsThatAreNoLongerDescribed() throws IOException {
        processors.owner(7, Y);
        processors.owner(3, Y);
        frame.close();
        open(4);

        assertEquals(List.of(3), processors.of(Y));
        frame.close();
        open(8);
        assertEquals(List.of(3), processors.of(Y));
    }

    @Test
    void shouldRefuseMoreProcessorsThanTheFrameWasMadeFor() throws IOException {
        frame.close();

        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> open(1025));
        assertEquals("processors=1025 must be at most 1024, for which the frame memory in "
                + data.resolve("frame.mem")
                + " was made: lower it, or delete that file, start with --new-frame and lose its messages",
                e.getMessage());
        open(1024);
        assertEquals(1024, processors.free());
    }

    @Test
    void shouldUseTheRowOfASlotThatCameFree() {
        for (int i = 0; i < FrameLayout.SLOT_LIMIT; i++) {
            slots.set(new SlotMap.Row("S" + i, X, 0));
        }
        assertEquals("slots=64 are owned already: that is all that a frame can note",
                assertThrows(IllegalStateException.class,
                        () -> slots.set(new SlotMap.Row("more", X, 0))).getMessage());
        slots.set(new SlotMap.Row("S5", 0, 0));
        slots.set(new SlotMap.Row("more", Y, 0));

        List<String> locations = slots.rows().stream().map(SlotMap.Row::location).toList();
        assertEquals(FrameLayout.SLOT_LIMIT, locations.size());
        assertEquals("more", locations.get(5));
    }
}
