package org.brattice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class MemoryAssemblyTest {
    private static final int ROOM = 10_000;
    private final MemorySegment memory = MemorySegment
            .ofArray(new byte[(int) MemoryAssembly.OVERHEAD + ROOM]);
    private final Whole whole = new Whole();
    private MemoryAssembly assembly = new MemoryAssembly(memory, whole);

    private static final class Whole implements MessageHandler {
        private final List<ChunkedMessage> messages = new ArrayList<>();
        private final List<byte[]> payloads = new ArrayList<>();
        private final List<String> refusals = new ArrayList<>();
        private MemorySegment last;
        private int failures;

        @Override
        public void message(ChunkedMessage message, MemorySegment payload) {
            if (failures-- > 0) {
                throw new IllegalStateException("not now");
            }
            messages.add(message);
            payloads.add(payload.toArray(ValueLayout.JAVA_BYTE));
            last = payload;
        }

        @Override
        public void refused(ChunkedMessage message, String reason) {
            refusals.add(message.source() + " " + reason);
        }
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void boots() {
        assembly = new MemoryAssembly(memory, whole);
    }

    private GivenChunk offer(int source, long stream, byte[] message, int from, int to)
            throws Exception {
        GivenChunk chunk = GivenChunk.of(source, stream, message, from, to);
        assembly.chunk(chunk);
        return chunk;
    }

    @Test
    void shouldHandOverAMessageWithItsLastChunk() throws Exception {
        byte[] message = bytes(ROOM, 1);

        offer(5, 1, message, 0, 4000);
        offer(5, 1, message, 4000, 8000);
        assertEquals(List.of(), whole.messages);
        assertEquals(1, assembly.size());
        offer(5, 1, message, 8000, ROOM);

        assertEquals(List.of(new ChunkedMessage(5, 1, ROOM)), whole.messages);
        assertArrayEquals(message, whole.payloads.getFirst());
        assertEquals(0, assembly.size());
        assertTrue(whole.last.isReadOnly());
    }

    @Test
    void shouldMakeMessagesThatInterleaveInAnyOrder() throws Exception {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            List<Integer> turns = new ArrayList<>();
            byte[][] messages = new byte[1 + random.nextInt(MemoryAssembly.LIMIT)][];
            for (int i = 0; i < messages.length; i++) {
                messages[i] = bytes(2 + random.nextInt(ROOM / MemoryAssembly.LIMIT - 2), i);
                turns.addAll(List.of(i, i));
            }
            Collections.shuffle(turns, random);
            boolean[] begun = new boolean[messages.length];
            whole.payloads.clear();
            whole.messages.clear();
            for (int i : turns) {
                int half = messages[i].length / 2;
                offer(i, 1 + i + round * 100, messages[i], begun[i] ? half : 0,
                        begun[i] ? messages[i].length : half);
                begun[i] = true;
            }
            assertEquals(messages.length, whole.messages.size());
            for (int i = 0; i < messages.length; i++) {
                assertArrayEquals(messages[whole.messages.get(i).source()], whole.payloads.get(i));
            }
        }
        assertEquals(List.of(), whole.refusals);
    }

    @Test
    void shouldGoOnAfterARestartAtAnyChunk() throws Exception {
        byte[] message = bytes(900, 3);
        for (int restart = 0; restart < 9; restart++) {
            for (int chunk = 0; chunk < 9; chunk++) {
                offer(5, 1 + restart, message, 100 * chunk, 100 * chunk + 100);
                if (chunk == restart) {
                    boots();
                    // It was in flight when the boot ended.
                    offer(5, 1 + restart, message, 100 * chunk, 100 * chunk + 100);
                }
            }
            assertEquals(restart + 1, whole.messages.size(), "handled once");
            assertArrayEquals(message, whole.payloads.getLast());
        }
        assertEquals(List.of(), whole.refusals);
        assertEquals(0, assembly.size());
    }

    /** The process may end between any two stores; here behind each word of the memory's head. */
    @Test
    void shouldHandOverOnceOrAgainWhereverTheProcessEnded() throws Exception {
        byte[] message = bytes(200, 4);
        offer(5, 1, message, 0, 100);
        byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
        offer(5, 1, message, 100, 200);
        byte[] after = memory.toArray(ValueLayout.JAVA_BYTE);
        // The stores in their order: the bytes, next, ended, its index, the entry's stream.
        List<Integer> stores = new ArrayList<>();
        for (int word = 0; word < MemoryAssembly.OVERHEAD; word += 8) {
            for (int i = word; i < word + 8; i++) {
                if (before[i] != after[i]) {
                    stores.add(word);
                    break;
                }
            }
        }
        assertEquals(4, stores.size());
        int index = stores.get(0);
        int ended = stores.get(1);
        int stream = stores.get(2);
        int next = stores.get(3);
        List<Integer> order = List.of(next, ended, index, stream);
        for (int done = 0; done <= order.size(); done++) {
            byte[] state = before.clone();
            System.arraycopy(after, (int) MemoryAssembly.OVERHEAD, state,
                    (int) MemoryAssembly.OVERHEAD, ROOM);
            for (int word : order.subList(0, done)) {
                System.arraycopy(after, word, state, word, 8);
            }
            memory.copyFrom(MemorySegment.ofArray(state));
            whole.messages.clear();
            boots();

            offer(5, 1, message, 100, 200);

            assertEquals(done < 2 ? 1 : 0, whole.messages.size(), "stores=" + done);
            assertEquals(0, assembly.size());
        }
        assertEquals(List.of(), whole.refusals);
    }

    @Test
    void shouldHandOverAgainWhenTheHandlerThrew() throws Exception {
        byte[] message = bytes(200, 5);
        whole.failures = 2;
        offer(5, 1, message, 0, 100);
        for (int i = 0; i < 2; i++) {
            assertThrows(IllegalStateException.class, () -> offer(5, 1, message, 100, 200));
            assertEquals(1, assembly.size());
        }
        offer(5, 1, message, 100, 200);

        assertEquals(1, whole.messages.size());
        assertArrayEquals(message, whole.payloads.getFirst());
    }

    @Test
    void shouldTakeNoChunkTwice() throws Exception {
        byte[] message = bytes(300, 6);
        for (int chunk = 0; chunk < 3; chunk++) {
            for (int again = 0; again < 3; again++) {
                offer(5, 1, message, 100 * chunk, 100 * chunk + 100);
            }
        }
        assertEquals(1, whole.messages.size());
        assertArrayEquals(message, whole.payloads.getFirst());
    }

    @Test
    void shouldForgetWhatIsAborted() throws Exception {
        byte[] message = bytes(ROOM, 7);
        offer(5, 1, message, 0, 5000);
        assembly.aborted(5, 1);
        assembly.aborted(6, 99);
        assertEquals(0, assembly.size());

        offer(5, 2, message, 0, ROOM);
        assertEquals(1, whole.messages.size());
    }

    @Test
    void shouldRefuseWhatIsTooLarge() throws Exception {
        GivenChunk chunk = GivenChunk.first(5, 1, ROOM + 1);
        assembly.chunk(chunk);

        assertTrue(chunk.refused);
        assertEquals(List.of("5 bytes=10001 must be at most 10000, which this memory holds: raise"
                + " the partition's memory"), whole.refusals);
    }

    @Test
    void shouldRefuseWhatFindsNoFreeStretch() throws Exception {
        byte[] half = bytes(ROOM / 2 + 1, 8);
        offer(5, 1, half, 0, 100);

        assertTrue(offer(6, 2, half, 0, 100).refused);

        assertEquals(List.of("6 bytes=5001 finds no free stretch beside messages=1 of at most 64"
                + " on their way: send it again later"), whole.refusals);
        offer(5, 1, half, 100, half.length);
        assertFalse(offer(6, 3, half, 0, 100).refused);
    }

    @Test
    void shouldRefuseMoreMessagesThanItHasEntriesFor() throws Exception {
        byte[] message = bytes(10, 9);
        for (int i = 1; i <= MemoryAssembly.LIMIT; i++) {
            assertFalse(offer(5, i, message, 0, 5).refused);
        }
        assertTrue(offer(6, 100, message, 0, 5).refused);
        assertEquals(List.of("6 bytes=10 finds no free stretch beside messages=64 of at most 64"
                + " on their way: send it again later"), whole.refusals);
    }

    @Test
    void shouldRefuseWhatHasLostItsBeginning() throws Exception {
        byte[] message = bytes(300, 10);
        assertTrue(offer(5, 1, message, 100, 200).refused);
        assertEquals(List.of("5 bytes=300 goes on at offset=100 and its beginning is not here:"
                + " send it again"), whole.refusals);
    }

    /** All of it was committed before it was refused: its chunks come although nobody wants them. */
    @Test
    void shouldIgnoreTheRestOfWhatWasRefused() throws Exception {
        byte[] message = bytes(300, 11);
        offer(5, 1, message, 100, 200);
        offer(5, 1, message, 200, 300);
        boots();
        offer(5, 1, message, 200, 300);
        assertEquals(1, whole.refusals.size());
        assertEquals(List.of(), whole.messages);
    }

    @Test
    void shouldSayThatAChunkIsMissing() throws Exception {
        byte[] message = bytes(300, 12);
        offer(5, 1, message, 0, 100);
        assertEquals(
                "stream=1 goes on at offset=200 instead of 100: hand every chunk to the assembly",
                assertThrows(IllegalStateException.class, () -> offer(5, 1, message, 200, 300))
                        .getMessage());
    }

    @Test
    void shouldRefuseMemoryThatHoldsNothing() {
        assertEquals("memory=4096 must be more than 4096 bytes, which the assembly takes itself",
                assertThrows(IllegalArgumentException.class,
                        () -> new MemoryAssembly(memory.asSlice(0, 4096), whole)).getMessage());
    }

    @Test
    void shouldClearWhatIsNoAssemblyOfItsSize() throws Exception {
        offer(5, 1, bytes(300, 13), 0, 100);
        assertEquals(0, new MemoryAssembly(memory.asSlice(0, 8192), whole).size());
        memory.fill((byte) 0xff);
        assertEquals(0, new MemoryAssembly(memory, whole).size());
    }
}
