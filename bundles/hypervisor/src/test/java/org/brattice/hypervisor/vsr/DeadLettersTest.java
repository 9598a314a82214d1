package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.brattice.api.DeadLetter;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.StoreSizes;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLettersTest {
    private static final FrameLayout LAYOUT = FrameLayout.of(4 << 20, 64 << 10, 4,
            new StoreSizes(4 << 10, 16 << 10, 4 << 10, 4 << 10, 4 << 10));
    private static final int PAGES = LAYOUT.letterCount();
    private static final int LIMIT = 4 << 10;

    private MemorySegment memory = memory();
    private DeadLetters letters = letters(memory);

    private static MemorySegment memory() {
        MemorySegment memory = MemorySegment
                .ofArray(new long[(int) (LAYOUT.hypervisorSize() / 8)]);
        Word.plain(memory, FrameLayout.HEADER_NEXT_LETTER, 1);
        return memory;
    }

    private static DeadLetters letters(MemorySegment memory) {
        return new DeadLetters(memory, LAYOUT, LIMIT, number -> "p" + number);
    }

    private static MemorySegment copy(MemorySegment memory) {
        MemorySegment copy = memory();
        copy.copyFrom(memory);
        return copy;
    }

    private List<String> killed() {
        memory = copy(memory);
        letters = letters(memory);
        return letters.attach();
    }

    private boolean add(int receiver, MemorySegment record) {
        return letters.add(receiver, record, 0, record.byteSize(), 3, "its handler threw", null);
    }

    private List<Long> ids() {
        return letters.list().stream().map(DeadLetter::id).toList();
    }

    private static byte[] payload(MemorySegment record, int length) {
        return record.asSlice(RecordLayout.HEADER, length).toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void shouldKeepAMessageWhole() {
        MemorySegment record = RetryStoreTest.record(4096, 7, 3000);

        assertTrue(add(2, record));
        assertEquals(List.of(), killed());

        DeadLetter letter = letters.letter(1);
        assertEquals(List.of(letter), letters.list());
        assertEquals(1, letter.id());
        assertEquals("p2", letter.receiver());
        assertEquals(2, letter.receiverNumber());
        assertEquals("p7", letter.source());
        assertEquals(7, letter.sourceNumber());
        assertEquals(4096, letter.position());
        assertEquals(3, letter.attempts());
        assertEquals(3000, letter.length());
        assertEquals(3000, letter.kept());
        assertFalse(letter.chunk());
        assertEquals("its handler threw", letter.reason());
        assertArrayEquals(payload(record, 3000), letters.payload(1));
        assertTrue(letters.contains(2, 4096));
        assertFalse(letters.contains(7, 4096));
        assertEquals((PAGES - 3) * 1024L, letters.free());
    }

    @Test
    void shouldTellWhenAMessageWasSent() {
        MemorySegment record = RetryStoreTest.record(0, 7, 8);
        long tenths = System.currentTimeMillis() / 100 - 36_000;
        Word.plain(record, RecordLayout.STAMP, RecordLayout.pack((int) tenths, 0));

        assertTrue(add(2, record));

        DeadLetter letter = letters.letter(1);
        assertEquals(tenths * 100, letter.sent().toEpochMilli());
        long age = letter.givenUp().toEpochMilli() - letter.sent().toEpochMilli();
        assertTrue(age >= 3_600_000 && age < 3_700_000, "age=" + age);
    }

    @Test
    void shouldKeepHeaderAndReasonAloneBeyondTheLimit() {
        MemorySegment record = RetryStoreTest.record(0, 7, LIMIT + 1);
        assertTrue(add(2, record));

        assertEquals(LIMIT + 1, letters.letter(1).length());
        assertEquals(0, letters.letter(1).kept());
        assertEquals(0, letters.payload(1).length);
        assertEquals(PAGES * 1024L, letters.free());
        assertTrue(add(2, RetryStoreTest.record(8192, 7, LIMIT)));
        assertEquals(LIMIT, letters.letter(2).kept());
    }

    @Test
    void shouldKeepTheFieldsOfAChunk() {
        MemorySegment record = MemorySegment.ofArray(new long[16]);
        Word.plain(record, 0, RecordLayout.commitWord(320, 128));
        Word.plain(record, RecordLayout.SOURCE, RecordLayout.pack(7, RecordLayout.CHUNK));
        Word.plain(record, RecordLayout.LENGTH, RecordLayout.pack(50, 0));
        Word.plain(record, RecordLayout.STREAM, 11);
        Word.plain(record, RecordLayout.OFFSET, 1 << 20);
        Word.plain(record, RecordLayout.TOTAL, 1L << 33);
        record.set(ValueLayout.JAVA_BYTE, RecordLayout.CHUNK_HEADER, (byte) 42);

        assertTrue(add(2, record));

        DeadLetter letter = letters.letter(1);
        assertTrue(letter.chunk());
        assertEquals(11, letter.stream());
        assertEquals(1 << 20, letter.offset());
        assertEquals(1L << 33, letter.total());
        assertEquals(50, letter.kept());
        assertEquals(42, letters.payload(1)[0]);
    }

    @Test
    void shouldKeepAMessageOnce() {
        assertTrue(add(2, RetryStoreTest.record(64, 7, 8)));
        assertTrue(add(2, RetryStoreTest.record(64, 7, 8)));
        assertEquals(List.of(), killed());
        assertTrue(add(2, RetryStoreTest.record(64, 7, 8)));
        assertEquals(List.of(1L), ids());
        assertTrue(add(3, RetryStoreTest.record(64, 7, 8)), "another receiver's");
        assertEquals(List.of(1L, 2L), ids());
    }

    @Test
    void shouldOverwriteNothingWhenItIsFull() {
        int added = 0;
        while (add(2, RetryStoreTest.record(added * 4096, 7, 2000))) {
            added++;
        }
        assertEquals(PAGES / 2, added);
        byte[] full = memory.toArray(ValueLayout.JAVA_BYTE);

        assertFalse(add(2, RetryStoreTest.record(1 << 20, 7, 2000)));

        assertArrayEquals(full, memory.toArray(ValueLayout.JAVA_BYTE));
        assertTrue(letters.drop(3));
        assertTrue(add(2, RetryStoreTest.record(1 << 20, 7, 2000)));
        assertEquals(added + 1L, ids().getLast());
    }

    @Test
    void shouldRefuseWhenNoRowIsLeft() {
        for (int i = 0; i < PAGES; i++) {
            assertTrue(add(2, RetryStoreTest.record(i * 4096, 7, 0)));
        }
        assertFalse(add(2, RetryStoreTest.record(1 << 20, 7, 0)));
        assertEquals(PAGES * 1024L, letters.free());
    }

    @Test
    void shouldDropForEver() {
        add(2, RetryStoreTest.record(0, 7, 3000));
        add(3, RetryStoreTest.record(0, 7, 3000));
        add(2, RetryStoreTest.record(4096, 7, 3000));

        assertTrue(letters.drop(1));
        assertFalse(letters.drop(1));
        assertNull(letters.payload(1));
        assertNull(letters.letter(1));
        assertEquals(List.of(), killed());
        assertEquals(List.of(2L, 3L), ids());
        letters.drop(3);
        letters.drop(2);
        assertEquals(PAGES * 1024L, letters.free());
        add(2, RetryStoreTest.record(0, 7, 0));
        killed();
        assertEquals(List.of(4L), ids(), "an id is never given again");
    }

    @Test
    void shouldKeepAllOrNone() {
        List<Unread> unread = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MemorySegment record = RetryStoreTest.record(i * 8192, 7, 4000);
            unread.add(new Unread(record, 0, record.byteSize(), i));
        }
        add(3, RetryStoreTest.record(0, 7, 3000));

        assertEquals(1, letters.addAll(2, unread, "partition destroyed"));
        assertEquals(List.of(1L), ids());

        letters.drop(1);
        assertEquals(0, letters.addAll(2, unread, "partition destroyed"));
        assertEquals(List.of(2L, 3L, 4L, 5L), ids());
        assertEquals(3, letters.letter(5).attempts());
        assertEquals("partition destroyed", letters.letter(5).reason());
        assertEquals(0, letters.addAll(2, unread, "again"), "they are there");
    }

    @Test
    void shouldCutTextsToWholeCharacters() {
        letters = new DeadLetters(memory, LAYOUT, LIMIT, number -> "é".repeat(40));
        MemorySegment record = RetryStoreTest.record(0, 7, 8);
        letters.add(2, record, 0, record.byteSize(), 1, "x" + "ü".repeat(300), null);

        assertEquals("é".repeat(32), letters.letter(1).source());
        assertEquals("x" + "ü".repeat(139), letters.letter(1).reason());
    }

    @Test
    void shouldChangeNothingForABootThatWasShutOut() {
        try (Bench bench = Bench.anonymous()) {
            View view = bench.frame.view();
            view.revoke();
            MemorySegment record = RetryStoreTest.record(0, 7, 8);

            assertThrows(IllegalStateException.class,
                    () -> letters.add(2, record, 0, record.byteSize(), 3, "", view));

            assertEquals(List.of(), ids());
        }
    }

    /** That process ended between keeping the letter and taking the message away. */
    @Test
    void shouldDropALetterWhoseMessageIsStillToBeRead() {
        add(2, RetryStoreTest.record(0, 7, 8));
        add(2, RetryStoreTest.record(4096, 7, 8));

        assertEquals(List.of(), letters.attach());
        letters.settle((receiver, position) -> position == 4096);

        assertEquals(List.of(1L), ids());
    }

    /** After each word that an addition and a drop store, another process has the letter or not. */
    @Test
    void shouldHaveEachLetterOrNotWhereverTheProcessEnds() {
        add(2, RetryStoreTest.record(0, 7, 1500));
        assertStepwise(() -> add(2, RetryStoreTest.record(4096, 7, 3000)), Set.of(0L),
                Set.of(0L, 4096L));
        assertStepwise(() -> letters.drop(1), Set.of(0L, 4096L), Set.of(4096L));
        assertStepwise(() -> add(2, RetryStoreTest.record(8192, 7, 100)), Set.of(4096L),
                Set.of(4096L, 8192L));
    }

    private void assertStepwise(Runnable change, Set<Long> before, Set<Long> after) {
        MemorySegment old = copy(memory);
        change.run();
        List<Long> changed = new ArrayList<>();
        long ids = 0;
        for (long at = 0; at < memory.byteSize(); at += 8) {
            if (Word.plain(old, at) != Word.plain(memory, at)) {
                long inRow = at - LAYOUT.letterRow(0);
                if (inRow >= 0 && inRow < LAYOUT.letterCount() * FrameLayout.LETTER_SIZE
                        && inRow % FrameLayout.LETTER_SIZE == FrameLayout.LETTER_ID) {
                    ids++;
                    changed.addLast(at);
                } else {
                    changed.addFirst(at);
                }
            }
        }
        assertEquals(1, ids);
        for (long at : changed) {
            assertEquals(before, positions(old));
            Word.plain(old, at, Word.plain(memory, at));
        }
        assertEquals(after, positions(old));
    }

    private static Set<Long> positions(MemorySegment memory) {
        DeadLetters other = letters(copy(memory));
        assertEquals(List.of(), other.attach());
        Set<Long> positions = new HashSet<>();
        other.list().forEach(letter -> {
            positions.add(letter.position());
            assertArrayEquals(payload(RetryStoreTest.record(letter.position(), 7,
                    letter.length()), letter.length()), other.payload(letter.id()));
        });
        return positions;
    }

    @Test
    void shouldDropDamagedRowsAndSaySo() {
        for (int i = 0; i < 4; i++) {
            add(2, RetryStoreTest.record(i * 4096, 7, 1500));
        }
        Word.plain(memory, LAYOUT.letterRow(0) + FrameLayout.LETTER_POSITION, 32);
        MemorySegment.copy(memory, LAYOUT.letterRow(3) + 8, memory, LAYOUT.letterRow(2) + 8,
                FrameLayout.LETTER_SIZE - 8);
        Word.plain(memory, LAYOUT.letterLinks() + 2 * 8, 0);

        assertEquals(List.of("dead letters: the row of letter=1 is damaged; dropped",
                "dead letters: the pages of letter=2 are damaged; dropped",
                "dead letters: the row of letter=4 is damaged; dropped"), killed());

        assertEquals(List.of(3L), ids());
        assertEquals((PAGES - 2) * 1024L, letters.free());
        assertEquals(List.of(), killed());
    }

    /** Beside a model, with the process killed in between. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldDoWhatTheModelDoes(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, MemorySegment> model = new TreeMap<>();
        long next = 1;
        int full = 0;
        for (int step = 0; step < 5000; step++) {
            if (random.nextInt(3) > 0) {
                MemorySegment record = RetryStoreTest.record(step * 8192L, 7,
                        random.nextInt(random.nextInt(4) == 0 ? LIMIT : 600));
                if (add(2, record)) {
                    model.put(next++, record);
                } else {
                    full++;
                }
            } else if (!model.isEmpty()) {
                long id = model.keySet().stream().skip(random.nextInt(model.size())).findFirst()
                        .orElseThrow();
                model.remove(id);
                assertTrue(letters.drop(id));
            }
            if (random.nextInt(50) == 0) {
                assertEquals(List.of(), killed());
            }
            assertEquals(List.copyOf(model.keySet()), ids());
        }
        model.forEach((id, record) -> assertArrayEquals(
                payload(record, letters.letter(id).length()), letters.payload(id)));
        assertTrue(full > 20, "full=" + full);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldEndWithSoundLettersWhateverTheFrameHolds(long seed) {
        Random random = new Random(seed);
        int damages = 0;
        for (int round = 0; round < 200; round++) {
            memory = memory();
            letters = letters(memory);
            for (int i = 0; i < 5; i++) {
                add(2, RetryStoreTest.record(i * 8192, 7, random.nextInt(3000)));
            }
            long from = LAYOUT.letterRow(0);
            for (int damage = random.nextInt(10); damage >= 0; damage--) {
                long at = from + 8 * random.nextLong((random.nextBoolean()
                        ? 5 * FrameLayout.LETTER_SIZE
                        : LAYOUT.fault(0) - from) / 8);
                Word.plain(memory, at, random.nextLong());
            }
            damages += killed().size();
            assertEquals(List.of(), killed());
            for (DeadLetter letter : letters.list()) {
                assertEquals(letter.kept(), letters.payload(letter.id()).length);
                assertTrue(letters.drop(letter.id()));
            }
            assertEquals(PAGES * 1024L, letters.free());
        }
        assertTrue(damages > 50, "damages=" + damages);
    }
}
