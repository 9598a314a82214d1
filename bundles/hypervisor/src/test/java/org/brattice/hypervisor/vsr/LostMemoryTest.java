package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores to memory that cannot be had: the area is given up, and what it held moves. */
class LostMemoryTest {
    private static final int IPCA = 64 << 10;

    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", IPCA);
    private final Holder other = bench.holder(z);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        bench.close();
    }

    /** Fails at one step of its first write, as an error that comes from a store would. */
    private static final class FailingHolder extends Holder {
        private final Step at;
        private boolean failed;

        FailingHolder(Holders holders, int number, Step at) {
            super(holders, number, false);
            this.at = at;
            bind();
        }

        @Override
        void step(Step step) {
            if (step == at && !failed) {
                failed = true;
                throw new InternalError("a store that failed");
            }
        }
    }

    private CompletableFuture<Long> sending(Holder holder, MemorySegment payload) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                holder.bind();
                result.complete(bench.vsr.send(holder, y, payload, Delivery.TRY));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void awaitDamage() throws InterruptedException {
        assertEquals(y, bench.damaged.poll(10, TimeUnit.SECONDS));
    }

    /** What the machine does when it hears of the damage. */
    private void moves(Scanner scanner) {
        Area area = bench.vsr.area(y);
        area.lose(bench.frame.lost(area.base(), area.capacity()));
        scanner.remap(bench.fresh(y));
        scanner.poll(0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldMoveWithWhatWasCommittedBefore(Step step) throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        bench.send(other, y, "before");
        CompletableFuture<Long> result = sending(new FailingHolder(bench.holders, x, step),
                Bench.segment("failing"));
        awaitDamage();
        Area old = bench.vsr.area(y);
        assertEquals(Lease.MOVED, old.lease());

        moves(scanner);

        long position = result.get(10, TimeUnit.SECONDS);
        assertTrue(position >= 0);
        assertTrue(bench.send(other, y, "after") > position);
        scanner.poll(10);
        assertEquals(List.of("before", "failing", "after"), recorder.texts(), "exactly once");
        assertEquals(position, recorder.messages.get(1).position(), "it is reported where it lies");
        assertEquals(step.compareTo(Step.COMMITTED) >= 0 ? 1 : 0, recorder.events.size(),
                recorder.events::toString);
        assertTrue(bench.vsr.area(y) != old);
    }

    @Test
    void shouldReportNothingAsSentWhenThereIsNoPlaceToMoveTo() throws Exception {
        CompletableFuture<Long> result = sending(
                new FailingHolder(bench.holders, x, Step.COMMITTED), Bench.segment("failing"));
        awaitDamage();

        bench.vsr.abandon(bench.vsr.area(y));

        assertEquals(IpcaService.NO_IPCA, result.get(10, TimeUnit.SECONDS));
        assertEquals(IpcaService.NO_IPCA, bench.send(other, y, "later"));
    }

    /** Two that scan and send to each other must not wait for each other's move. */
    @Test
    void shouldLetAScannerGoAndMoveItsOwn() throws Exception {
        Holder scanning = new Holder(bench.holders, x, true);
        for (int number : new int[]{x, y}) {
            Area area = bench.vsr.area(number);
            area.damaged(bench.holder(z));
        }
        bench.damaged.clear();

        assertEquals(IpcaService.NO_ROOM,
                sending(scanning, Bench.segment("waits")).get(10, TimeUnit.SECONDS));
    }

    /** The frame file is cut short under the running process: a store there raises SIGBUS. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 7, 15})
    void shouldSurviveAFileThatIsCutShort(int pagesLeft) throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        byte[] bytes = new byte[1000];
        List<Long> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            bytes[0] = (byte) i;
            sent.add(bench.vsr.send(other, y, MemorySegment.ofArray(bytes), Delivery.TRY));
        }
        Area old = bench.vsr.area(y);
        truncate(old.base() + (long) pagesLeft * 4096);

        CompletableFuture<Long> result = sending(bench.holder(x), Bench.segment("on lost memory"));
        if (pagesLeft * 4096L > sent.getLast() + 2048) {
            assertTrue(result.get(10, TimeUnit.SECONDS) > sent.getLast());
            scanner.poll(100);
            assertEquals(21, recorder.messages.size());
            return;
        }
        awaitDamage();
        BitSet lost = bench.frame.lost(old.base(), old.capacity());
        assertEquals(16 - pagesLeft, lost.cardinality());
        moves(scanner);

        long position = result.get(10, TimeUnit.SECONDS);
        assertTrue(position > sent.getLast(), "no position is given twice");
        scanner.poll(100);
        long kept = sent.stream().filter(at -> at + 1056 <= pagesLeft * 4096L).count();
        assertEquals(sent.subList(0, (int) kept),
                recorder.messages.subList(0, (int) kept).stream().map(Recorder.Seen::position)
                        .toList());
        assertEquals(kept + 1, recorder.messages.size());
        assertEquals("on lost memory", recorder.messages.getLast().text());
        assertTrue(!recorder.events.isEmpty() && recorder.events.stream()
                .allMatch(event -> event.startsWith("corrupted")), recorder.events::toString);
    }

    private void truncate(long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(bench.frame.backing(), "rw")) {
            file.setLength(length);
        }
    }
}
