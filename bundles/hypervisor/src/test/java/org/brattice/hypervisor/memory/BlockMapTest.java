package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockMapTest {
    private static final long BLOCK = 128 << 10;

    @TempDir
    Path data;
    private Frame frame;
    private BlockMap blocks;

    @BeforeEach
    void open() throws IOException {
        StoreSizes small = new StoreSizes(4096, 4096, 1024, 4096, 4096);
        frame = Frame.open(data, new FrameDescription("test", 17 * BLOCK, BLOCK, 4, 8,
                Backing.DATA, Map.of(), small));
        blocks = new BlockMap(frame);
    }

    @AfterEach
    void close() {
        frame.close();
    }

    private void reopen() throws IOException {
        frame.close();
        open();
    }

    private static MemoryRange range(long block, long count) {
        return new MemoryRange(block * BLOCK, count * BLOCK);
    }

    @Test
    void shouldKeepTheFirstBlocksForTheHypervisor() {
        assertEquals(16, blocks.capacity());
        assertEquals(16, blocks.free());
        assertTrue(blocks.give(1, 16 * BLOCK, BLOCK));
        assertEquals(List.of(range(1, 16)), blocks.ranges(1));
    }

    @Test
    void shouldGiveWholeBlocksAndOneRunForTheIpca() {
        assertTrue(blocks.give(1, BLOCK, 4096));
        assertTrue(blocks.give(2, 3 * BLOCK, BLOCK));
        assertTrue(blocks.give(3, BLOCK + 1, BLOCK));
        blocks.quarantine(1);
        blocks.release(List.of(range(1, 1)));

        assertTrue(blocks.give(4, 3 * BLOCK, 2 * BLOCK));

        assertEquals(List.of(range(2, 3)), blocks.ranges(2));
        assertEquals(List.of(range(5, 2)), blocks.ranges(3));
        assertEquals(List.of(range(1, 1), range(7, 2)), blocks.ranges(4));
        assertEquals(8, blocks.free());
    }

    @Test
    void shouldGiveNothingWhenThereIsTooLittle() {
        assertTrue(blocks.give(1, 10 * BLOCK, BLOCK));

        assertFalse(blocks.give(2, 7 * BLOCK, BLOCK));
        assertNull(blocks.giveRegion(2, 7 * BLOCK));

        assertEquals(List.of(), blocks.ranges(2));
        assertEquals(6, blocks.free());
    }

    @Test
    void shouldGiveNothingWithoutARunForTheIpca() {
        for (int number = 1; number <= 16; number++) {
            assertTrue(blocks.give(number, BLOCK, BLOCK));
        }
        for (int number = 1; number <= 16; number += 2) {
            blocks.quarantine(number);
        }
        blocks.release(List.of(range(1, 16)));
        assertEquals(8, blocks.free());

        assertFalse(blocks.give(17, 2 * BLOCK, 2 * BLOCK));
        assertTrue(blocks.give(17, 2 * BLOCK, BLOCK));
    }

    @Test
    void shouldClearBlocksBeforeTheyAreGiven() {
        for (long at = BLOCK; at < 17 * BLOCK; at += 8) {
            Word.plain(frame.memory(), at, -1);
        }

        blocks.give(1, 3 * BLOCK, BLOCK);
        blocks.giveRegion(1, 2 * BLOCK);

        for (long at = BLOCK; at < 6 * BLOCK; at += 8) {
            assertEquals(0, Word.plain(frame.memory(), at), "address=" + at);
        }
        assertEquals(-1, Word.plain(frame.memory(), 6 * BLOCK));
    }

    @Test
    void shouldGiveNothingThatIsInQuarantine() throws IOException {
        blocks.give(1, 16 * BLOCK, BLOCK);
        blocks.quarantine(1);

        assertEquals(16, blocks.quarantined());
        assertEquals(List.of(), blocks.ranges(1));
        assertFalse(blocks.give(2, BLOCK, BLOCK));
        assertNull(blocks.giveRegion(2, BLOCK));

        blocks.release(List.of(range(3, 2)));
        assertEquals(14, blocks.quarantined());
        assertEquals(range(3, 2), blocks.giveRegion(2, 2 * BLOCK));
    }

    @Test
    void shouldReleaseNothingThatIsNotInQuarantine() {
        blocks.give(1, 4 * BLOCK, BLOCK);

        blocks.release(List.of(range(0, 17)));

        assertEquals(List.of(range(1, 4)), blocks.ranges(1));
    }

    @Test
    void shouldEndQuarantineWithTheProcess() throws IOException {
        blocks.give(1, 4 * BLOCK, BLOCK);
        blocks.give(2, 4 * BLOCK, BLOCK);
        blocks.quarantine(1);

        reopen();

        assertEquals(0, blocks.quarantined());
        assertEquals(12, blocks.free());
        assertEquals(List.of(range(5, 4)), blocks.ranges(2));
    }

    @Test
    void shouldFreeBlocksOfNumbersThatNobodyKnows() throws IOException {
        blocks.give(1, 4 * BLOCK, BLOCK);
        blocks.give(2, 4 * BLOCK, BLOCK);

        reopen();
        blocks.freeUnless(number -> number == 2);

        assertEquals(List.of(), blocks.ranges(1));
        assertEquals(List.of(range(5, 4)), blocks.ranges(2));
        assertEquals(12, blocks.free());
    }

    @Test
    void shouldKeepTheIpcaAndTheMinimum() {
        blocks.give(9, BLOCK, BLOCK);
        blocks.give(1, BLOCK, BLOCK);
        blocks.quarantine(9);
        blocks.release(List.of(range(1, 1)));

        assertTrue(blocks.give(2, 6 * BLOCK, 3 * BLOCK, 2 * BLOCK));

        assertEquals(List.of(range(1, 1), range(3, 2)), blocks.kept(2));
        assertEquals(List.of(5, 6, 7), blocks.spare(2));
        assertEquals(List.of(1, 3, 4, 5, 6, 7), blocks.of(2));
        assertTrue(blocks.spare(5, 2));
        assertFalse(blocks.spare(4, 2));
        assertFalse(blocks.spare(5, 1));
        assertFalse(blocks.spare(17, 2));
    }

    @Test
    void shouldKeepTheIpcaWhenTheMinimumIsSmaller() {
        assertTrue(blocks.give(1, 4 * BLOCK, BLOCK, 2 * BLOCK));

        assertEquals(List.of(range(1, 2)), blocks.kept(1));
        assertEquals(List.of(3, 4), blocks.spare(1));
    }

    @Test
    void shouldKeepAnotherMinimum() throws IOException {
        blocks.give(1, 4 * BLOCK, 4 * BLOCK, BLOCK);
        MemoryRange ipca = range(3, 1);

        assertTrue(blocks.keep(1, 2 * BLOCK, List.of(ipca)));
        assertEquals(List.of(range(1, 1), ipca), blocks.kept(1));
        assertTrue(blocks.keep(1, 3 * BLOCK, List.of(ipca)));
        assertEquals(List.of(range(1, 3)), blocks.kept(1));
        assertEquals(List.of(4), blocks.spare(1));
        Word.plain(frame.memory(), 5 * BLOCK, -1);
        assertTrue(blocks.keep(1, 5 * BLOCK, List.of(ipca)));
        assertEquals(List.of(range(1, 5)), blocks.kept(1));
        assertEquals(0, Word.plain(frame.memory(), 5 * BLOCK));
        assertFalse(blocks.keep(1, 17 * BLOCK, List.of(ipca)));
        assertEquals(List.of(range(1, 5)), blocks.kept(1));

        reopen();
        assertEquals(List.of(range(1, 5)), blocks.kept(1));
    }

    @Test
    void shouldKeepTheIpcaOfADamagedFrame() {
        blocks.give(1, 2 * BLOCK, BLOCK, BLOCK);
        blocks.hand(1, 1);
        assertEquals(List.of(), blocks.kept(1));

        blocks.keepAlso(1, BLOCK, 4096);

        assertEquals(List.of(range(1, 1)), blocks.kept(1));
        assertEquals(List.of(2), blocks.spare(1));
    }

    @Test
    void shouldHandOnABlockByWayOfQuarantine() throws IOException {
        blocks.give(1, 3 * BLOCK, BLOCK, BLOCK);
        Word.plain(frame.memory(), 3 * BLOCK - 8, -1);

        blocks.quarantineOne(2);
        assertEquals(0, blocks.holder(2));
        assertTrue(blocks.quarantined(2));
        assertEquals(List.of(1, 3), blocks.of(1));
        assertFalse(blocks.of(0).contains(2));
        Word.plain(frame.memory(), 2 * BLOCK, -1);
        blocks.clear(2, BLOCK / 2, BLOCK / 2, true);
        assertEquals(-1, Word.plain(frame.memory(), 2 * BLOCK));
        blocks.clear(2, 0, BLOCK / 2, false);
        assertEquals(0, Word.plain(frame.memory(), 2 * BLOCK));
        blocks.hand(2, 7);

        assertEquals(List.of(2), blocks.spare(7));
        assertEquals(7, blocks.holder(2));
        assertEquals(0, Word.plain(frame.memory(), 3 * BLOCK - 8));
        assertTrue(blocks.hypervisors(0));
        assertFalse(blocks.hypervisors(1));
    }
}
