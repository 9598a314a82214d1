package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.brattice.api.Chunk;
import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkedSendTest {
    private static final int IPCA = 64 << 10;
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(20));

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Digester reader = new Digester();
    private final Scanner scanner = bench.scanner(y, reader);

    @AfterEach
    void close() {
        bench.close();
    }

    /** Digests each stream by source and id. */
    private static final class Digester extends Recorder {
        final Map<Long, MessageDigest> open = new HashMap<>();
        final Map<Integer, List<String>> whole = new HashMap<>();
        private final Map<Long, Long> next = new HashMap<>();

        @Override
        public boolean chunk(Chunk chunk) {
            if (!handler.test(chunk)) {
                return false;
            }
            assertEquals(chunk.offset(), next.getOrDefault(chunk.stream(), 0L));
            next.put(chunk.stream(), chunk.offset() + chunk.length());
            MessageDigest digest = open.computeIfAbsent(chunk.stream(), id -> sha256());
            digest.update(chunk.payload().asByteBuffer());
            if (chunk.last()) {
                open.remove(chunk.stream());
                whole.computeIfAbsent(chunk.source(), source -> new ArrayList<>())
                        .add(java.util.HexFormat.of().formatHex(digest.digest()));
            }
            return true;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String digest(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private <T> CompletableFuture<T> sending(int number, Function<Holder, T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            Holder holder = bench.holder(number);
            try {
                result.complete(work.apply(holder));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            } finally {
                bench.holders.remove(holder);
            }
        });
        return result;
    }

    private <T> T pollUntil(CompletableFuture<T> result) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!result.isDone()) {
            assertTrue(System.nanoTime() < deadline, "stands still");
            if (scanner.poll(100) == 0) {
                scanner.await(1_000_000);
            }
        }
        while (scanner.poll(100) != 0) {
            Thread.onSpinWait();
        }
        return result.get(1, TimeUnit.SECONDS);
    }

    @Test
    void shouldPassAMessageAHundredTimesLargerThanTheIpca() throws Exception {
        byte[] large = bytes(100 * IPCA + 12_345, 1);
        byte[] before = bench.frame.memory().asSlice(bench.vsr.area(y).base() + IPCA, IPCA)
                .toArray(ValueLayout.JAVA_BYTE);

        long position = pollUntil(sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(large), WAIT)));

        assertTrue(position >= large.length, "position=" + position);
        assertEquals(Map.of(x, List.of(digest(large))), reader.whole);
        assertArrayEquals(before, bench.frame.memory()
                .asSlice(bench.vsr.area(y).base() + IPCA, IPCA).toArray(ValueLayout.JAVA_BYTE),
                "all of it passed through the IPCA");
    }

    @Test
    void shouldGatherSegmentsOverChunks() throws Exception {
        byte[] whole = bytes(3 * IPCA, 2);
        List<MemorySegment> parts = new ArrayList<>();
        for (int from = 0; from < whole.length;) {
            int size = Math.min(whole.length - from, 1 + from / 3);
            parts.add(MemorySegment.ofArray(whole).asSlice(from, size));
            from += size;
        }

        pollUntil(sending(x, me -> bench.vsr.send(me, y, parts, WAIT)));

        assertEquals(Map.of(x, List.of(digest(whole))), reader.whole);
    }

    @Test
    void shouldInterleaveStreamsAndSmallMessages() throws Exception {
        int z = bench.partition("z", IPCA);
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        Map<Integer, List<String>> expected = new HashMap<>();
        for (int number : new int[]{x, z}) {
            byte[] large = bytes(20 * IPCA, number);
            expected.put(number, List.of(digest(large), digest(large)));
            all.add(sending(number, me -> bench.vsr.send(me, y, MemorySegment.ofArray(large),
                    WAIT) >= 0
                    && bench.vsr.send(me, y, MemorySegment.ofArray(large), WAIT) >= 0));
            all.add(sending(number, me -> {
                for (int i = 0; i < 2000; i++) {
                    if (bench.vsr.send(me, y, Bench.segment(number + ":" + i), WAIT) < 0) {
                        return false;
                    }
                }
                return true;
            }));
        }

        pollUntil(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));

        for (CompletableFuture<Boolean> one : all) {
            assertTrue(one.get());
        }
        assertEquals(expected, reader.whole);
        for (int number : new int[]{x, z}) {
            List<String> small = reader.texts().stream()
                    .filter(text -> text.startsWith(number + ":")).toList();
            assertEquals(2000, small.size());
            for (int i = 0; i < 2000; i++) {
                assertEquals(number + ":" + i, small.get(i));
            }
        }
        assertEquals(List.of(), reader.events);
    }

    @Test
    void shouldStopWhenTheReceiverRefuses() throws Exception {
        List<Long> offsets = new ArrayList<>();
        reader.handler = message -> {
            Chunk chunk = (Chunk) message;
            offsets.add(chunk.offset());
            if (offsets.size() == 3) {
                chunk.refuse();
            }
            return true;
        };

        assertEquals(IpcaService.REFUSED, (long) pollUntil(sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(bytes(50 * IPCA, 1)), WAIT))));

        assertEquals(3, offsets.size(), "no chunk is offered after the refusal");
        assertEquals(List.of(), reader.events, "who refuses is told of no abort");
        reader.handler = message -> true;
        reader.open.clear();
        byte[] next = bytes(2 * IPCA, 3);
        pollUntil(sending(x, me -> bench.vsr.send(me, y, MemorySegment.ofArray(next), WAIT)));
        assertEquals(Map.of(x, List.of(digest(next))), reader.whole);
    }

    @Test
    void shouldTellWhenTheSenderCannotGoOn() throws Exception {
        Delivery brief = Delivery.waiting(Duration.ofMillis(30));

        long result = sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(bytes(2 * IPCA, 1)), brief)).get(10, TimeUnit.SECONDS);

        assertEquals(IpcaService.NO_ROOM, result);
        while (scanner.poll(3) != 0) {
            Thread.onSpinWait();
        }
        assertEquals(List.of("aborted " + x + " stream=1"), reader.events);
        assertEquals(1, reader.open.size(), "its chunks were heard before");
    }

    /** What the sender's end aborts is heard behind the chunks that were committed. */
    @Test
    void shouldTellOfTheAbortBehindTheCommittedChunks() throws Exception {
        Recorder recorder = new Recorder();
        Scanner slow = bench.scanner(y, recorder);
        Streams streams = new Streams(bench.frame.memory(),
                bench.frame.layout().page(bench.vsr.index(y)));
        Holder me = bench.holder(x);
        int entry = streams.open(x, bench.vsr.index(x));
        for (int i = 0; i < 3; i++) {
            chunk(me, streams.id(entry), entry, i * 100, 100, 500);
            streams.committed(entry, me.committed);
        }

        bench.vsr.abortStreams(x);
        while (slow.poll(1) != 0) {
            Thread.onSpinWait();
        }

        assertEquals(List.of("chunk " + x + " stream=1 0+100/500",
                "chunk " + x + " stream=1 100+100/500", "chunk " + x + " stream=1 200+100/500",
                "aborted " + x + " stream=1"), recorder.events);
    }

    private void chunk(Holder me, long stream, int entry, long offset, long length, int total) {
        me.outgoing.message(x, MemorySegment.ofArray(new byte[total]));
        me.outgoing.chunk(stream, entry, offset, length);
        assertTrue(bench.vsr.write(me, y, 0) >= 0);
        me.outgoing.clear();
    }

    /** A message is sent when its last chunk commits: what happens to its sender then is no abort. */
    @Test
    void shouldDeliverWhatWasSentWhenTheSenderEndsAfterwards() throws Exception {
        byte[] large = bytes(IPCA / 2, 1);
        assertTrue(sending(x, me -> bench.vsr.send(me, y, MemorySegment.ofArray(large), WAIT))
                .get(10, TimeUnit.SECONDS) >= 0);

        bench.vsr.abortStreams(x);
        while (scanner.poll(1) != 0) {
            Thread.onSpinWait();
        }

        assertEquals(List.of(), reader.events);
        assertEquals(Map.of(x, List.of(digest(large))), reader.whole);
    }

    @Test
    void shouldLoseTheWholeMessageWithAPoisonedChunk() throws Exception {
        List<Integer> attempts = new ArrayList<>();
        reader.handler = message -> {
            if (((Chunk) message).offset() > 0) {
                attempts.add(message.attempt());
                return false;
            }
            return true;
        };

        assertEquals(IpcaService.REFUSED, (long) pollUntil(sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(bytes(20 * IPCA, 1)), WAIT))));

        assertEquals(List.of(1, 2, 3), attempts);
        assertEquals(2, reader.events.size(), reader.events.toString());
        assertTrue(reader.events.get(1).startsWith("aborted " + x), reader.events.toString());
        assertTrue(reader.events.get(0).startsWith("poisoned " + x), reader.events.toString());
        assertEquals(Map.of(), reader.whole);
    }

    @Test
    void shouldFreeItsEntryEvenWhenTheLastChunkIsPoisoned() throws Exception {
        reader.handler = message -> !((Chunk) message).last();
        for (int i = 0; i < 2 * org.brattice.hypervisor.memory.FrameLayout.STREAM_LIMIT; i++) {
            byte[] large = bytes(IPCA / 4, i);
            assertTrue(pollUntil(sending(x,
                    me -> bench.vsr.send(me, y, MemorySegment.ofArray(large), WAIT))) >= 0);
            bench.vsr.letters().list()
                    .forEach(letter -> bench.vsr.letters().drop(letter.id()));
        }
        assertEquals(2 * 128, reader.events.size());
    }

    @Test
    void shouldNotifyOnceForTheWholeMessage() throws Exception {
        long position = pollUntil(sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(bytes(5 * IPCA, 1)), WAIT.notified())));

        assertEquals(position, bench.vsr.readBy(x, y));
        Recorder source = new Recorder();
        bench.scanner(x, source).poll(10);
        assertEquals(List.of("read " + y + " position=" + position), source.events);
    }

    @Test
    void shouldGoOnInTheNextAreaWhenTheIpcaMoves() throws Exception {
        byte[] large = bytes(20 * IPCA, 1);
        int[] chunks = new int[1];
        reader.handler = message -> {
            if (++chunks[0] % 40 == 0) {
                scanner.remap(bench.fresh(y));
            }
            return true;
        };

        assertTrue(pollUntil(sending(x,
                me -> bench.vsr.send(me, y, MemorySegment.ofArray(large), WAIT))) >= 0);

        assertEquals(Map.of(x, List.of(digest(large))), reader.whole);
        assertTrue(chunks[0] > 80, "chunks=" + chunks[0]);
    }

    private Streams occupied() {
        Streams streams = new Streams(bench.frame.memory(),
                bench.frame.layout().page(bench.vsr.index(y)));
        int other = bench.partition("other", 4096);
        while (streams.open(other, bench.vsr.index(other)) != Streams.NONE) {
            Thread.onSpinWait();
        }
        return streams;
    }

    private void awaitLine(boolean waiting) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (bench.vsr.area(y).queue().streams().waiting() != waiting) {
            assertTrue(System.nanoTime() < deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldWaitWhenSixtyFourAreOnTheirWay() throws Exception {
        Streams streams = occupied();
        byte[] large = bytes(2 * IPCA, 1);
        CompletableFuture<Long> waiting = sending(x,
                me -> bench.vsr.send(me, y, MemorySegment.ofArray(large), WAIT));
        awaitLine(true);
        assertEquals(0, bench.vsr.area(y).unread());

        // One of them is aborted by its sender, and heard by the receiver's scan.
        streams.abort(7, streams.id(7));

        assertTrue(pollUntil(waiting) >= 0);
        assertEquals(Map.of(x, List.of(digest(large))), reader.whole);
        awaitLine(false);
    }

    @Test
    void shouldSayThatThereIsNoRoomForOneMoreInTime() throws Exception {
        occupied();
        assertEquals(IpcaService.NO_ROOM, sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(bytes(IPCA, 1)), Delivery.waiting(Duration.ofMillis(30))))
                .get(10, TimeUnit.SECONDS));
        awaitLine(false);
    }

    @Test
    void shouldNotWaitForOneThatIsGone() throws Exception {
        occupied();
        CompletableFuture<Long> waiting = sending(x, me -> bench.vsr.send(me, y,
                MemorySegment.ofArray(bytes(IPCA, 1)), WAIT));
        awaitLine(true);
        bench.vsr.remove(y);
        assertEquals(IpcaService.NO_IPCA, waiting.get(10, TimeUnit.SECONDS));
    }
}
