package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Tracking;
import org.brattice.api.Tracking.State;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.LayoutDocument;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracksTest {
    private static final Delivery TRACKED = Delivery.TRY.tracked();

    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", 64 << 10);
    private final int y = bench.partition("y", 64 << 10);
    private final Recorder recorder = new Recorder();
    private Holder me = bench.holder(x);

    @AfterEach
    void close() {
        bench.close();
    }

    private long send(String text) {
        return bench.vsr.send(me, y, Bench.segment(text), TRACKED);
    }

    private Tracking track(long position) {
        return bench.vsr.track(x, y, position).orElseThrow();
    }

    private void kill() {
        assertEquals(List.of(), bench.killed());
        me = bench.holder(x);
    }

    /** A message may be read before its sender has left the call. */
    @Test
    void shouldNeverTellAStepBeforeTheOneInFrontOfIt() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread reading = Thread.ofPlatform().start(() -> {
            Scanner scanner = bench.scanner(y, recorder);
            while (!over.get()) {
                scanner.poll(1);
            }
        });
        try {
            for (int i = 0; i < 20_000; i++) {
                long position = bench.vsr.send(me, y, Bench.segment("m"),
                        Delivery.waiting(Duration.ofSeconds(20)).tracked());
                Tracking tracking = track(position);
                while (tracking.state() != State.DELETED) {
                    assertTrue(reading.isAlive(), "its receiver has died");
                    tracking = track(position);
                }
                assertFalse(tracking.read().isBefore(tracking.sent()), tracking.toString());
                assertFalse(tracking.acknowledged().isBefore(tracking.read()),
                        tracking.toString());
                assertFalse(tracking.deleted().isBefore(tracking.acknowledged()),
                        tracking.toString());
            }
        } finally {
            over.set(true);
            reading.join();
        }
    }

    @Test
    void shouldFollowAMessageFromSendToDeletion() {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        List<Tracking> inHandler = new ArrayList<>();
        long first = send("first");
        long position = send("second");
        Scanner scanner = bench.scanner(y, recorder);
        recorder.handler = message -> inHandler.add(track(message.position()));

        assertEquals(State.NEW, track(position).state());
        assertFalse(track(position).sent().isBefore(before));
        assertNull(track(position).read());
        scanner.poll(1);
        assertEquals(State.DELETED, track(first).state());
        assertEquals(State.NEW, track(position).state());
        scanner.poll(1);

        Tracking done = track(position);
        assertEquals(State.DELETED, done.state());
        assertEquals(List.of(State.NEW, State.NEW),
                inHandler.stream().map(Tracking::state).toList());
        assertFalse(done.read().isBefore(done.sent()));
        assertFalse(done.acknowledged().isBefore(done.read()));
        assertFalse(done.deleted().isBefore(done.acknowledged()));
        assertNull(done.givenUp());
        assertEquals(y, done.receiver());
        assertEquals(position, done.position());
    }

    @Test
    void shouldTellWhatIsReadAndNotYetDeleted() {
        long first = send("first");
        send("second");
        List<State> states = new ArrayList<>();
        recorder.handler = message -> states.add(track(first).state());
        bench.scanner(y, recorder).poll(2);
        assertEquals(List.of(State.NEW, State.ACKNOWLEDGED), states);
    }

    @Test
    void shouldAcknowledgeWhatIsTracked() {
        long position = send("x");
        bench.scanner(y, recorder).poll(1);
        assertEquals(position, bench.vsr.readBy(x, y));
        Recorder source = new Recorder();
        bench.scanner(x, source).poll(1);
        assertEquals(List.of("read " + y + " position=" + position), source.events);
    }

    @Test
    void shouldTellNothingOfWhatIsNotTracked() {
        long position = bench.vsr.send(me, y, Bench.segment("x"), Delivery.TRY.notified());
        assertEquals(Optional.empty(), bench.vsr.track(x, y, position));
        assertEquals(Optional.empty(), bench.vsr.track(x, y, -1));
        assertEquals(Optional.empty(), bench.vsr.track(y, x, position));
        bench.scanner(y, recorder).poll(1);
        assertEquals(Optional.empty(), bench.vsr.track(x, y, position));
    }

    @Test
    void shouldTellWhatWasGivenUp() {
        long position = send("poison");
        recorder.handler = message -> false;
        bench.scanner(y, recorder).poll(1);

        assertEquals(State.GIVEN_UP, track(position).state());
        assertNotNull(track(position).givenUp());
        assertNull(track(position).read());
    }

    @Test
    void shouldTellThatADamagedOneIsGivenUp() {
        long damaged = send("damaged");
        long whole = send("whole");
        MemorySegment ring = bench.ring(y);
        ring.set(MessageView.LONG, damaged + RecordLayout.LENGTH, 77);
        bench.scanner(y, recorder).poll(2);
        assertEquals(State.GIVEN_UP, track(damaged).state());
        assertEquals(State.DELETED, track(whole).state());
    }

    @Test
    void shouldTellThatAllBehindACutIsGivenUp() {
        long cut = send("cut");
        long behind = send("behind");
        bench.ring(y).set(MessageView.LONG, cut, -1);
        bench.scanner(y, recorder).poll(2);
        assertEquals(State.GIVEN_UP, track(cut).state());
        assertEquals(State.GIVEN_UP, track(behind).state());
    }

    @Test
    void shouldTellThatItsReceiverWasDestroyed() {
        long position = send("x");
        bench.vsr.remove(y);
        assertEquals(State.GIVEN_UP, track(position).state());
    }

    @Test
    void shouldFollowSixtyFourAndNoMore() {
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
            positions.add(send("m" + i));
        }
        assertEquals(IpcaService.NO_ROOM, send("one too many"));
        assertTrue(bench.vsr.send(me, y, Bench.segment("untracked"), Delivery.TRY) >= 0);
        assertEquals(State.NEW, track(positions.getFirst()).state());

        bench.scanner(y, recorder).poll(2);
        long next = send("goes on");

        assertTrue(next >= 0);
        assertEquals(Optional.empty(), bench.vsr.track(x, y, positions.get(0)));
        assertEquals(State.DELETED, track(positions.get(1)).state());
        assertEquals(State.NEW, track(next).state());
    }

    @Test
    void shouldFreeTheEntryOfWhatWasNotSent() {
        MemorySegment large = MemorySegment.ofArray(new byte[8000]);
        int sent = 0;
        while (bench.vsr.send(me, y, large, Delivery.TRY) >= 0) {
            assertTrue(++sent < 100);
        }
        for (int i = 0; i < 2 * FrameLayout.TRACK_LIMIT; i++) {
            assertEquals(IpcaService.NO_ROOM, bench.vsr.send(me, y, large, TRACKED));
        }
        assertThrows(org.brattice.api.HypervisorCallException.class,
                () -> bench.vsr.send(me, y, MemorySegment.ofArray(new byte[9000]), TRACKED));
        bench.scanner(y, recorder).poll(100);
        for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
            assertTrue(send("m") >= 0);
        }
    }

    @Test
    void shouldFollowTheLastChunk() throws Exception {
        Scanner scanner = bench.scanner(y, recorder);
        CompletableFuture<Long> sent = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            Holder own = bench.holder(x);
            sent.complete(bench.vsr.send(own, y, MemorySegment.ofArray(new byte[200_000]),
                    Delivery.waiting(Duration.ofSeconds(20)).tracked()));
        });
        while (!sent.isDone()) {
            scanner.poll(1);
        }
        scanner.poll(100);
        long position = sent.get(1, TimeUnit.SECONDS);
        assertEquals(State.DELETED, track(position).state());
    }

    @Test
    void shouldFollowEachOfABroadcast() {
        int z = bench.partition("z", 64 << 10);
        bench.vsr.broadcast(me, Bench.segment("all"), TRACKED);
        bench.scanner(z, recorder).poll(1);
        assertEquals(State.NEW, track(0).state());
        assertEquals(State.DELETED, bench.vsr.track(x, z, 0).orElseThrow().state());
    }

    @Test
    void shouldRememberOverAKilledProcess() {
        long read = send("read");
        bench.scanner(y, recorder).poll(1);
        long unread = send("unread");
        Tracking before = track(read);

        kill();

        assertEquals(before, track(read));
        assertEquals(State.NEW, track(unread).state());
        bench.scanner(y, recorder).poll(1);
        assertEquals(State.DELETED, track(unread).state());
    }

    /** The process ended between the read mark and what the sender is to be told. */
    @Test
    void shouldNoteWhatWasReadWhenTheProcessWasKilled() {
        long position = send("read");
        long next = send("unread");
        bench.word(y, FrameLayout.CONTROL_CURSOR, next);

        kill();

        assertEquals(State.DELETED, track(position).state());
        assertEquals(position, bench.vsr.readBy(x, y));
        assertEquals(State.NEW, track(next).state());
    }

    /** The process ended between position and commit: the position may be another's later. */
    @Test
    void shouldForgetWhatWasNeverCommitted() {
        for (Step step : new Step[]{Step.HEADER, Step.BODY}) {
            StepHolder lost = new StepHolder(bench.holders, x, step, StepHolder.Fate.PARK);
            Thread.ofPlatform().daemon().start(() -> {
                lost.bind();
                try {
                    bench.vsr.send(lost, y, Bench.segment("half"), TRACKED);
                } catch (RuntimeException e) {
                    // Its frame is gone.
                }
            });
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (lost.arrived.getCount() > 0) {
                assertTrue(System.nanoTime() < deadline);
                Thread.onSpinWait();
            }
            long position = bench.word(y, FrameLayout.CONTROL_TAIL);
            kill();
            assertEquals(Optional.empty(), bench.vsr.track(x, y, position));
            long other = bench.vsr.send(me, y, Bench.segment("other"), Delivery.TRY);
            assertEquals(position, other);
            lost.resume.countDown();
        }
        for (int i = 0; i < FrameLayout.TRACK_LIMIT; i++) {
            assertTrue(send("m") >= 0);
        }
    }

    /** A fenced boot has read and not deleted; the next one deletes, and tells. */
    @Test
    void shouldDeleteWhatAnEarlierBootHasRead() {
        long position = send("read");
        long next = send("unread");
        Tracks tracks = new Tracks(bench.frame.memory(), bench.frame.layout());
        long entry = tracks.find(bench.vsr.index(x), y, position);
        tracks.read(entry);
        tracks.acknowledged(entry);
        bench.word(y, FrameLayout.CONTROL_CURSOR, next);
        assertEquals(State.ACKNOWLEDGED, track(position).state());

        bench.scanner(y, recorder).poll(0);

        assertEquals(State.DELETED, track(position).state());
        assertEquals(State.NEW, track(next).state());
    }

    @Test
    void shouldFollowOverARemap() {
        long position = send("moved");
        bench.vsr.move(bench.vsr.area(y), bench.fresh(y));
        bench.scanner(y, recorder).poll(1);
        assertEquals(State.DELETED, track(position).state());
    }

    @Test
    void shouldHaveTheOffsetsOfTheDocument() throws IOException {
        long position = send("x");
        Map<String, Long> offsets = new LayoutDocument().offsets();
        long entry = bench.frame.layout().page(bench.vsr.index(x)) + FrameLayout.PAGE_TRACKS;
        assertEquals(y, word(entry, offsets.get("track receiver")));
        assertEquals(position, word(entry, offsets.get("track position")));
        assertEquals(track(position).sent().toEpochMilli(),
                word(entry, offsets.get("track sent")));
        bench.scanner(y, recorder).poll(1);
        Tracking done = track(position);
        assertEquals(done.read().toEpochMilli(), word(entry, offsets.get("track read")));
        assertEquals(done.acknowledged().toEpochMilli(),
                word(entry, offsets.get("track acknowledged")));
        assertEquals(done.deleted().toEpochMilli(), word(entry, offsets.get("track deleted")));
        recorder.handler = message -> false;
        long given = send("poison");
        bench.scanner(y, recorder).poll(1);
        assertEquals(track(given).givenUp().toEpochMilli(),
                word(entry + FrameLayout.TRACK_SIZE, offsets.get("track given up")));
    }

    private long word(long entry, long offset) {
        return Word.opaque(bench.frame.memory(), entry + offset);
    }
}
