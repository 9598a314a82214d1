package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.StoreSizes;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryStoreTest {
    private static final FrameLayout LAYOUT = FrameLayout.of(4 << 20, 64 << 10, 4,
            new StoreSizes(16 << 10, 16 << 10, 4 << 10, 16 << 10, 4 << 10));
    private static final int PAGES = LAYOUT.retryCount();

    private MemorySegment memory = memory();
    private RetryStore store = new RetryStore(memory, LAYOUT);
    private final MemorySegment staging = memory(256 << 10);

    private static MemorySegment memory() {
        return memory(LAYOUT.hypervisorSize());
    }

    private static MemorySegment memory(long bytes) {
        return MemorySegment.ofArray(new long[(int) (bytes / 8)]);
    }

    /** A record as it lies in a ring. */
    static MemorySegment record(long position, int source, int payload) {
        long size = RecordLayout.size(RecordLayout.MESSAGE, payload);
        MemorySegment record = memory(size);
        Word.plain(record, 0, RecordLayout.commitWord(position, size));
        Word.plain(record, RecordLayout.SOURCE, RecordLayout.pack(source, RecordLayout.MESSAGE));
        Word.plain(record, RecordLayout.LENGTH, RecordLayout.pack(payload, 0));
        for (int i = 0; i < payload; i++) {
            record.set(ValueLayout.JAVA_BYTE, RecordLayout.HEADER + i, (byte) (position / 32 + i));
        }
        RecordLayout.guard(record, position, size);
        return record;
    }

    private static boolean append(RetryQueue queue, MemorySegment record) {
        return queue.append(record, 0, record.byteSize());
    }

    private byte[] first(RetryQueue queue) {
        long size = queue.read(staging);
        return staging.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] bytes(MemorySegment record) {
        return record.toArray(ValueLayout.JAVA_BYTE);
    }

    /** As if the process were killed now. */
    private List<String> killed() {
        memory = copy(memory);
        store = new RetryStore(memory, LAYOUT);
        return store.attach(receiver -> true);
    }

    private static MemorySegment copy(MemorySegment memory) {
        MemorySegment copy = memory();
        copy.copyFrom(memory);
        return copy;
    }

    private RetryQueue only() {
        List<RetryQueue> queues = store.of(1, null);
        assertEquals(1, queues.size());
        return queues.getFirst();
    }

    private void row(long offset, long value) {
        Word.plain(memory, LAYOUT.retryRow(0) + offset, value);
    }

    @Test
    void shouldKeepRecordsInOrder() {
        RetryQueue queue = store.open(1, 7, null);
        assertTrue(queue.empty());
        assertEquals(-1, queue.lastPosition());
        MemorySegment one = record(64, 7, 3000);
        MemorySegment two = record(4096, 7, 0);
        assertTrue(append(queue, one));
        assertTrue(append(queue, two));

        assertEquals(7, queue.source());
        assertEquals(one.byteSize() + two.byteSize(), queue.bytes());
        assertEquals(queue.bytes(), store.bytes(1, 7));
        assertEquals(queue.bytes(), store.bytes(1));
        assertEquals(4096, queue.lastPosition());
        assertEquals((PAGES - 3) * 1024L, store.free());
        assertArrayEquals(bytes(one), first(queue));
        assertTrue(RecordLayout.guarded(staging, 0, 64, one.byteSize()));
        queue.remove();
        assertArrayEquals(bytes(two), first(queue));
        queue.remove();
        assertTrue(queue.empty());
        assertEquals(0, queue.read(staging));
        assertEquals(4096, queue.lastPosition());
        assertEquals(PAGES * 1024L, store.free());
        assertTrue(queue.close());
        assertEquals(List.of(), store.of(1, null));
    }

    @Test
    void shouldTakeARecordFromTheMiddleOfARing() {
        MemorySegment ring = memory(4096);
        MemorySegment record = record(1024, 7, 200);
        MemorySegment.copy(record, 0, ring, 1024, record.byteSize());

        RetryQueue queue = store.open(1, 7, null);
        assertTrue(queue.append(ring, 1024, record.byteSize()));

        assertArrayEquals(bytes(record), first(queue));
    }

    @Test
    void shouldChangeNothingWhenThereIsNoRoom() {
        RetryQueue queue = store.open(1, 7, null);
        assertTrue(append(queue, record(0, 7, 10_000)));
        byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
        long free = store.free();

        assertFalse(append(queue, record(10_240, 7, 8000)));

        assertArrayEquals(before, memory.toArray(ValueLayout.JAVA_BYTE));
        assertEquals(free, store.free());
        assertTrue(append(queue, record(10_240, 7, 5000)));
    }

    @Test
    void shouldSayWhenNoRowIsLeft() {
        for (int source = 1; source <= PAGES; source++) {
            assertNotNull(store.open(1, source, null));
        }
        assertNull(store.open(1, PAGES + 1, null));
        assertNotNull(store.open(1, PAGES, null), "one that is there");
        store.remove(1);
        assertNotNull(store.open(2, 1, null));
    }

    @Test
    void shouldKeepAttemptsOfTheFirstRecordAlone() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(0, 7, 8));
        append(queue, record(64, 7, 8));
        assertEquals(0, queue.attempt());
        queue.attempt(2);

        assertEquals(List.of(), killed());
        queue = only();
        assertEquals(2, queue.attempt());
        assertEquals(0, queue.attemptsBefore());
        queue.remove();
        assertEquals(0, queue.attempt());
        queue.attempt(1);
        assertEquals(1, queue.attempt());
    }

    @Test
    void shouldPutARecordBackBehindAll() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(640, 7, 8));
        int changes = store.changes();
        MemorySegment again = record(64, 7, 8);
        long sourceAndFlags = Word.plain(again, RecordLayout.SOURCE);
        Word.plain(again, RecordLayout.SOURCE, RecordLayout.pack(7,
                RecordLayout.withAttemptsBefore(RecordLayout.high(sourceAndFlags), 3)));
        RecordLayout.guard(again, 64, again.byteSize());

        assertTrue(store.putBack(1, 7, again));

        assertEquals(changes + 1, store.changes());
        assertEquals(640, queue.lastPosition(), "what lies in the ring is judged by that");
        assertEquals(0, queue.attemptsBefore());
        queue.remove();
        assertEquals(3, queue.attempt());
        assertEquals(3, queue.attemptsBefore());
        assertArrayEquals(bytes(again), first(queue));
        queue.attempt(4);
        assertEquals(4, queue.attempt());
        killed();
        assertEquals(640, only().lastPosition());
        assertEquals(4, only().attempt());
    }

    @Test
    void shouldNotCloseAQueueThatSomebodyPutAMessageInto() {
        RetryQueue queue = store.open(1, 7, null);
        assertTrue(store.putBack(1, 7, record(64, 7, 8)));

        assertFalse(queue.close());
        queue.remove();
        assertTrue(queue.close());
        assertEquals("the queue of receiver=0 source=0 has been closed",
                assertThrows(IllegalStateException.class, queue::remove).getMessage());
    }

    @Test
    void shouldChangeNothingForABootThatWasShutOut() {
        try (Bench bench = Bench.anonymous()) {
            View view = bench.frame.view();
            RetryQueue queue = store.open(1, 7, view);
            append(queue, record(0, 7, 8));
            view.revoke();
            byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);

            assertShutOut(() -> append(queue, record(64, 7, 8)));
            assertShutOut(() -> queue.read(staging));
            assertShutOut(() -> queue.attempt(1));
            assertShutOut(queue::remove);
            assertShutOut(queue::close);
            assertShutOut(() -> store.open(1, 8, view));

            assertArrayEquals(before, memory.toArray(ValueLayout.JAVA_BYTE));
            assertEquals(64, store.of(1, bench.frame.view()).getFirst().bytes());
        }
    }

    private static void assertShutOut(org.junit.jupiter.api.function.Executable change) {
        assertEquals("the boot of this scanner has ended",
                assertThrows(IllegalStateException.class, change).getMessage());
    }

    /** The ring that a record is copied out of may be revoked in the middle. */
    @Test
    void shouldChangeNothingWhenTheCopyFails() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(0, 7, 100));
        long free = store.free();
        MemorySegment shorter = record(160, 7, 3000).asSlice(0, 2000);

        assertThrows(IndexOutOfBoundsException.class, () -> queue.append(shorter, 0, 3040));

        assertEquals(free, store.free());
        assertEquals(160, queue.bytes());
        assertTrue(append(queue, record(160, 7, 3000)));
        assertEquals(List.of(), killed());
        assertEquals(160 + 3040, only().bytes());
    }

    @Test
    void shouldFreeQueuesOfReceiversThatAreGone() {
        append(store.open(1, 7, null), record(0, 7, 2000));
        append(store.open(2, 7, null), record(0, 7, 2000));

        store = new RetryStore(memory, LAYOUT);
        assertEquals(List.of(), store.attach(receiver -> receiver == 2));

        assertEquals(List.of(), store.of(1, null));
        assertEquals(2048, store.bytes(2, 7));
        assertEquals((PAGES - 2) * 1024L, store.free());
        store.remove(2);
        assertEquals(PAGES * 1024L, store.free());
    }

    /** After each store of an append and a removal, another process finds it there or not. */
    @Test
    void shouldHaveEachChangeOrNotWhereverTheProcessEnds() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(0, 7, 900));
        append(queue, record(1024, 7, 900));
        assertStepwise(() -> append(queue, record(2048, 7, 3000)), List.of(0L, 1024L),
                List.of(0L, 1024L, 2048L));
        assertStepwise(queue::remove, List.of(0L, 1024L, 2048L), List.of(1024L, 2048L));
        assertStepwise(queue::remove, List.of(1024L, 2048L), List.of(2048L));
        assertStepwise(queue::remove, List.of(2048L), List.of());
        assertStepwise(() -> append(queue, record(8192, 7, 1500)), List.of(), List.of(8192L));
    }

    /**
     * Applies the words that a change has stored, one after the other in every order that a prefix of the
     * pages' bytes can be followed by: pages and links first, as they are stored before, then the row's.
     */
    private void assertStepwise(Runnable change, List<Long> before, List<Long> after) {
        MemorySegment old = copy(memory);
        change.run();
        MemorySegment now = copy(memory);
        List<Long> outside = new ArrayList<>();
        List<Long> row = new ArrayList<>();
        long begin = LAYOUT.retryRow(0);
        for (long at = 0; at < now.byteSize(); at += 8) {
            if (Word.plain(old, at) != Word.plain(now, at)) {
                boolean isRow = at >= begin && at < begin + FrameLayout.RETRY_SIZE;
                (isRow ? row : outside).add(at);
            }
        }
        row.sort((a, b) -> order(a - begin) - order(b - begin));
        outside.addAll(row);
        boolean done = false;
        for (long at : outside) {
            assertEquals(done ? after : before, positions(old));
            Word.plain(old, at, Word.plain(now, at));
            done = done || positions(old).equals(after);
        }
        assertEquals(after, positions(old));
        assertTrue(done);
    }

    /** The row's words in the order in which they are stored. */
    private static int order(long offset) {
        return List.of(FrameLayout.RETRY_LAST, FrameLayout.RETRY_FIRST, FrameLayout.RETRY_END)
                .indexOf(offset);
    }

    private List<Long> positions(MemorySegment frame) {
        MemorySegment copy = copy(frame);
        RetryStore other = new RetryStore(copy, LAYOUT);
        assertEquals(List.of(), other.attach(receiver -> true));
        byte[] once = copy.toArray(ValueLayout.JAVA_BYTE);
        assertEquals(List.of(), other.attach(receiver -> true));
        assertArrayEquals(once, copy.toArray(ValueLayout.JAVA_BYTE));
        List<Long> positions = new ArrayList<>();
        for (RetryQueue queue : other.of(1, null)) {
            while (!queue.empty()) {
                long size = queue.read(staging);
                long position = RecordLayout.positionOf(Word.plain(staging, 0));
                assertTrue(RecordLayout.guarded(staging, 0, position, size));
                positions.add(position);
                queue.remove();
            }
        }
        assertEquals(PAGES * 1024L, other.free());
        return positions;
    }

    @Test
    void shouldCutAQueueAtADamagedCommitWordAndSaySo() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(0, 7, 96));
        append(queue, record(128, 7, 2000));
        Word.plain(memory, LAYOUT.retryPages() + 128, 0);

        assertEquals(List.of("retry store: messages of source=7 to receiver=1: damaged behind"
                + " bytes=128; the rest, bytes=2048, was cut off"), killed());

        assertEquals(128, only().bytes());
        assertEquals((PAGES - 1) * 1024L, store.free());
        assertTrue(append(only(), record(128, 7, 2000)));
        assertEquals(List.of(), killed());
        assertEquals(128 + 2048, only().bytes());
    }

    @Test
    void shouldCutAQueueAtADamagedLinkAndSaySo() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(0, 7, 96));
        append(queue, record(128, 7, 2000));
        Word.plain(memory, LAYOUT.retryLinks(), 1);

        assertEquals(List.of("retry store: messages of source=7 to receiver=1: damaged behind"
                + " bytes=128; the rest, bytes=2048, was cut off"), killed());
        assertEquals(128, only().bytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 33, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE})
    void shouldEmptyAQueueWhoseOffsetsMakeNone(long end) {
        append(store.open(1, 7, null), record(0, 7, 96));
        row(FrameLayout.RETRY_END, end);

        assertEquals(List.of("retry store: messages of source=7 to receiver=1: read=0 end=" + end
                + " make no queue; all was cut off"), killed());

        assertTrue(only().empty());
        assertEquals(PAGES * 1024L, store.free());
    }

    @Test
    void shouldBeginAnewWhereDamagedOffsetsLeaveNoRoom() {
        assertTrue(append(store.open(1, 7, null), record(64, 7, 10)));
        row(FrameLayout.RETRY_FIRST, -1);
        assertEquals(1, killed().size());
        assertEquals(List.of(), killed());

        MemorySegment record = record(128, 7, 10);
        assertTrue(append(only(), record));
        assertArrayEquals(bytes(record), first(only()));
        assertEquals(128, only().lastPosition());
    }

    @Test
    void shouldRememberInAnEmptyQueueWhatWasTakenFromIt() {
        RetryQueue queue = store.open(1, 7, null);
        assertTrue(append(queue, record(64, 7, 10)));
        queue.attempt(2);
        queue.remove();
        assertEquals(List.of(), killed());

        assertEquals(64, only().lastPosition());
        assertTrue(only().empty());
        assertTrue(append(only(), record(128, 7, 10)));
        assertEquals(0, only().attempt());
    }

    @Test
    void shouldClearARowThatNamesNobody() {
        store.open(1, 7, null);
        row(FrameLayout.RETRY_KEY, RecordLayout.pack(-3, 7));

        assertEquals(List.of("retry store: row=0 names no receiver and source; cleared"), killed());
        assertEquals(List.of(), killed());
    }

    @Test
    void shouldEmptyAQueueThatIsDamagedWhileItIsUsed() {
        RetryQueue queue = store.open(1, 7, null);
        append(queue, record(0, 7, 96));
        append(queue, record(128, 7, 2000));
        Word.plain(memory, LAYOUT.retryPages(), -1);

        assertEquals(-1, queue.read(staging));

        assertTrue(queue.empty());
        assertEquals(PAGES * 1024L, store.free());
        assertTrue(append(queue, record(4096, 7, 96)));
        assertArrayEquals(bytes(record(4096, 7, 96)), first(queue));
    }

    /** Nothing that a file may hold makes it throw, loop, or use a page twice. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldEndWithSoundQueuesWhateverTheFrameHolds(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            memory = memory();
            store = new RetryStore(memory, LAYOUT);
            for (int i = 0; i < 8; i++) {
                RetryQueue queue = store.open(1 + random.nextInt(2), 1 + random.nextInt(3), null);
                append(queue, record(i * 4096, queue.source(), random.nextInt(2500)));
            }
            long from = LAYOUT.retryRow(0);
            long words = (LAYOUT.letterRow(0) - from) / 8;
            for (int damage = random.nextInt(12); damage >= 0; damage--) {
                long at = random.nextBoolean()
                        ? from + 8 * random.nextInt(8 * 8)
                        : from + 8 * random.nextLong(words);
                Word.plain(memory, at, random.nextBoolean()
                        ? random.nextLong()
                        : Word.plain(memory, at) ^ 1L << random.nextInt(48));
            }

            killed();
            assertEquals(List.of(), killed(), "the second time all is sound");
            long used = 0;
            for (int receiver = 1; receiver <= 2; receiver++) {
                for (RetryQueue queue : store.of(receiver, null)) {
                    append(queue, record(1 << 20, queue.source(), 500));
                    for (int i = 0; !queue.empty(); i++) {
                        assertTrue(i < 1000);
                        assertTrue(queue.read(staging) > 0);
                        queue.remove();
                    }
                    queue.close();
                    used++;
                }
                store.remove(receiver);
            }
            assertTrue(used <= PAGES);
            killed();
        }
    }

    /** Beside a model: queues, attempts, room; with the process killed in between. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldDoWhatTheModelDoes(long seed) {
        Random random = new Random(seed);
        Map<Integer, Deque<MemorySegment>> model = new HashMap<>();
        Map<Integer, RetryQueue> queues = new HashMap<>();
        long position = 0;
        int full = 0;
        for (int step = 0; step < 20_000; step++) {
            int source = 1 + random.nextInt(5);
            Deque<MemorySegment> expected = model.get(source);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    MemorySegment record = record(position, source,
                            random.nextInt(random.nextInt(8) == 0 ? 9000 : 1200));
                    RetryQueue queue = queues.computeIfAbsent(source,
                            one -> store.open(1, one, null));
                    expected = model.computeIfAbsent(source, one -> new ArrayDeque<>());
                    long free = store.free();
                    if (append(queue, record)) {
                        expected.add(record);
                        position += record.byteSize();
                    } else {
                        full++;
                        assertTrue(record.byteSize() + 1024 > free, "free=" + free);
                    }
                }
                case 4, 5, 6, 7 -> {
                    if (expected != null && !expected.isEmpty()) {
                        assertArrayEquals(bytes(expected.remove()), first(queues.get(source)));
                        queues.get(source).remove();
                    }
                }
                case 8 -> {
                    if (expected != null) {
                        assertEquals(expected.isEmpty(), queues.get(source).close());
                        if (expected.isEmpty()) {
                            queues.remove(source);
                            model.remove(source);
                        }
                    }
                }
                default -> {
                    if (random.nextInt(20) == 0) {
                        assertEquals(List.of(), killed());
                        queues.clear();
                        store.of(1, null).forEach(queue -> queues.put(queue.source(), queue));
                    }
                }
            }
            assertEquals(model.keySet(), queues.keySet());
            model.forEach((one, records) -> assertEquals(
                    records.stream().mapToLong(MemorySegment::byteSize).sum(),
                    queues.get(one).bytes()));
        }
        assertTrue(full > 20, "full=" + full);
    }
}
