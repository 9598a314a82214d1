package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Senders that are called when there is room; all scans on the test's own thread. */
class WakerTest {
    private final Bench bench = Bench.anonymous();
    private final int receiver = bench.partition("receiver", 4096);
    private final Recorder read = new Recorder();
    private final Scanner scanner = bench.scanner(receiver, read);
    private final Sender a = new Sender("a");
    private final Sender b = new Sender("b");
    private final Holder other = bench.holder(bench.partition("other", 4096));
    private final MemorySegment large = MemorySegment.ofArray(new byte[480]);

    @AfterEach
    void close() {
        bench.close();
    }

    /** A partition that sends its texts as it finds room. */
    private final class Sender {
        final int number;
        final Recorder recorder = new Recorder();
        final List<String> pending = new ArrayList<>();
        Holder me;
        Scanner scan;

        Sender(String name) {
            number = bench.partition(name, 4096);
            boot();
        }

        void boot() {
            me = new Holder(bench.holders, number, true);
            scan = bench.scanner(number, recorder, me);
            recorder.sender = to -> sendPending();
        }

        void sendPending() {
            while (!pending.isEmpty() && send(pending.getFirst()) >= 0) {
                pending.removeFirst();
            }
        }

        long send(String text) {
            return bench.vsr.send(me, receiver, Bench.segment(text), Delivery.waking());
        }

        List<String> calls() {
            return recorder.events;
        }
    }

    private void fill() {
        while (bench.vsr.send(other, receiver, large, Delivery.TRY) >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= 4096);
        }
        fillWithSmallOnes();
    }

    private void fillWithSmallOnes() {
        while (bench.send(other, receiver, "") >= 0) {
            assertTrue(bench.vsr.area(receiver).unread() <= 4096);
        }
    }

    private void awaitGraceIsOver() {
        long end = System.nanoTime() + 2 * Waker.GRACE_NANOS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldBeCalledOnceWhenThereIsRoom() {
        fill();
        a.pending.add("at last");
        assertEquals(IpcaService.NO_ROOM, a.send("at last"));
        a.scan.poll(10);
        assertEquals(List.of(), a.calls());
        assertFalse(a.scan.something());

        scanner.poll(100);
        assertTrue(a.scan.something());
        a.scan.poll(10);
        a.scan.poll(10);

        assertEquals(List.of("room at " + receiver), a.calls());
        assertEquals(List.of(), a.pending);
        scanner.poll(100);
        assertEquals("at last", read.texts().getLast());
        assertEquals(0, bench.word(receiver, FrameLayout.CONTROL_WAITERS));
    }

    private static String refusal(long waitNanos, boolean notifies, boolean wakes,
            boolean tracks) {
        return assertThrows(IllegalArgumentException.class,
                () -> new Delivery(waitNanos, notifies, wakes, tracks)).getMessage();
    }

    @Test
    void shouldRefuseDeliveriesThatContradictThemselves() {
        assertEquals("waitNanos=-1 is negative: use 0 to be told at once",
                refusal(-1, false, false, false));
        assertEquals("waitNanos=5 of a delivery that wakes: wait for room, or be called when there"
                + " is room", refusal(5, false, true, false));
        assertEquals("tracks=true of a delivery that does not notify: what is tracked is"
                + " acknowledged, so use tracked()", refusal(0, false, false, true));
        assertEquals(new Delivery(0, true, true, true), Delivery.waking().tracked());
        assertEquals(new Delivery(0, true, true, false), Delivery.waking().notified());
    }

    @Test
    void shouldRefuseWhatIsLargerThanARecord() {
        assertEquals("bytes=481 is more than a record of this receiver holds, recordLimit=480:"
                + " send it with a Delivery that waits, and it goes in chunks",
                assertThrows(HypervisorCallException.class,
                        () -> bench.vsr.send(a.me, receiver,
                                MemorySegment.ofArray(new byte[481]), Delivery.waking()))
                        .getMessage());
    }

    @Test
    void shouldNotBeCalledAfterATryThatAskedForNothing() {
        fill();
        assertEquals(IpcaService.NO_ROOM,
                bench.vsr.send(a.me, receiver, large, Delivery.TRY));
        scanner.poll(100);
        a.scan.poll(10);
        assertEquals(List.of(), a.calls());
    }

    @Test
    void shouldHaveTheRoomForItselfUntilItsCallReturns() {
        fill();
        a.send("mine");
        scanner.poll(100);

        assertEquals(IpcaService.NO_ROOM, bench.send(other, receiver, "luckier"));
        assertEquals(IpcaService.NO_ROOM, a.send("outside of the call"));
        a.pending.add("mine");
        a.scan.poll(1);

        assertTrue(bench.send(other, receiver, "afterwards") >= 0);
        scanner.poll(100);
        assertEquals(List.of("mine", "afterwards"), read.texts().subList(read.texts().size() - 2,
                read.texts().size()));
    }

    @Test
    void shouldWaitForRoomForWhatItWants() {
        fillWithSmallOnes();
        assertEquals(IpcaService.NO_ROOM,
                bench.vsr.send(a.me, receiver, large, Delivery.waking()));
        scanner.poll(1);
        a.scan.poll(1);
        assertEquals(List.of(), a.calls());

        scanner.poll(100);
        a.scan.poll(1);
        assertEquals(1, a.calls().size());
    }

    @Test
    void shouldTakeTurns() {
        fill();
        for (int i = 0; i < 40; i++) {
            a.pending.add("a" + i);
            b.pending.add("b" + i);
        }
        a.send("a0");
        b.send("b0");
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 100 && !(a.pending.isEmpty() && b.pending.isEmpty()); i++) {
            scanner.poll(4);
            int as = a.pending.size();
            int bs = b.pending.size();
            a.scan.poll(1);
            b.scan.poll(1);
            // Others fill what is left, so that no turn is without end.
            fill();
            if (a.pending.size() < as) {
                turns.add("a");
            }
            if (b.pending.size() < bs) {
                turns.add("b");
            }
        }
        assertEquals(List.of(), a.pending);
        assertEquals(List.of(), b.pending);
        assertEquals(List.of("a", "b", "a", "b"), turns.subList(0, 4));
    }

    @Test
    void shouldKeepItsPlaceWhenTheRoomWasTooSmallInTheCall() {
        fillWithSmallOnes();
        a.recorder.sender = to -> bench.vsr.send(a.me, receiver, large, Delivery.waking());
        a.send("");
        b.pending.add("");
        b.send("");
        scanner.poll(1);
        a.scan.poll(1);
        assertEquals(1, a.calls().size());

        scanner.poll(1);
        a.scan.poll(1);
        b.scan.poll(1);
        assertEquals(1, a.calls().size());
        assertEquals(List.of(), b.calls());

        scanner.poll(100);
        a.scan.poll(1);
        b.scan.poll(1);
        assertEquals(2, a.calls().size());
        assertEquals(List.of(), b.pending);
    }

    /** A sender that was called and does not come keeps nobody waiting for long. */
    @Test
    void shouldBePassedOverWhenItDoesNotCome() {
        fill();
        a.pending.add("late");
        a.send("late");
        scanner.poll(100);
        assertEquals(IpcaService.NO_ROOM, bench.send(other, receiver, "in time"));

        awaitGraceIsOver();

        assertTrue(bench.send(other, receiver, "goes on") >= 0);
        // It stays interested, and is called when its scan comes after all.
        a.scan.poll(1);
        a.scan.poll(1);
        assertEquals(List.of(), a.pending);
        scanner.poll(100);
        assertEquals(List.of("goes on", "late"), read.texts().subList(read.texts().size() - 2,
                read.texts().size()));
    }

    @Test
    void shouldLetTheNextGoOnWhenNobodyButTheClockMeetsIt() {
        fill();
        a.send("never comes");
        b.pending.add("next");
        b.send("next");
        scanner.poll(100);
        b.scan.poll(1);
        assertEquals(List.of(), b.calls());

        awaitGraceIsOver();
        bench.vsr.tick();

        assertTrue(b.scan.something());
        b.scan.poll(1);
        assertEquals(List.of(), b.pending);
    }

    @Test
    void shouldBeCalledAgainWhenAllRoomWasTakenBeforeItCame() {
        fill();
        a.pending.add("late");
        a.send("late");
        scanner.poll(100);
        awaitGraceIsOver();
        fill();
        a.scan.poll(1);
        assertEquals(List.of(), a.calls());

        scanner.poll(100);
        a.scan.poll(1);

        assertEquals(List.of("room at " + receiver), a.calls());
        assertEquals(List.of(), a.pending);
    }

    /** Who talks on and on in its call is passed over like one who does not come. */
    @Test
    void shouldBeOutOfTurnWhenItsCallTakesTooLong() {
        fill();
        a.recorder.sender = to -> {
            awaitGraceIsOver();
            assertTrue(bench.send(other, receiver, "goes on") >= 0);
            assertTrue(a.send("behind") >= 0, "there is room, and nobody is first");
        };
        a.send("slow");
        scanner.poll(100);
        a.scan.poll(1);
        assertEquals(1, a.calls().size());
        assertEquals(0, bench.word(receiver, FrameLayout.CONTROL_WAITERS));
    }

    @Test
    void shouldLeaveTheLineWhenItsBootEnds() {
        fill();
        a.send("never");
        b.pending.add("b");
        b.send("b");
        scanner.poll(100);

        bench.vsr.endOf(a.number);

        b.scan.poll(1);
        assertEquals(List.of(), b.pending);
        a.boot();
        a.scan.poll(10);
        assertEquals(List.of(), a.calls());
        assertEquals(0, bench.word(receiver, FrameLayout.CONTROL_WAITERS));
    }

    @Test
    void shouldStandInLineWhenTheIpcaMoves() {
        fill();
        a.pending.add("followed");
        a.send("followed");
        bench.vsr.move(bench.vsr.area(receiver), bench.fresh(receiver));
        assertEquals(1, bench.word(receiver, FrameLayout.CONTROL_WAITERS));

        bench.scanner(receiver, read).poll(100);
        a.scan.poll(1);

        assertEquals(List.of(), a.pending);
    }

    @Test
    void shouldBeCalledForABroadcast() {
        fill();
        List<Outcome> outcomes = bench.vsr.broadcast(a.me, Bench.segment("all"),
                Delivery.waking());
        assertEquals(IpcaService.NO_ROOM, outcomes.getFirst().position());
        scanner.poll(100);
        a.scan.poll(1);
        assertEquals(List.of("room at " + receiver), a.calls());
    }

    @Test
    void shouldEndItsTurnWhenTheCallThrows() {
        fill();
        a.recorder.sender = to -> {
            throw new IllegalStateException("its own fault");
        };
        a.send("x");
        scanner.poll(100);
        try {
            a.scan.poll(1);
        } catch (IllegalStateException e) {
            assertEquals("its own fault", e.getMessage());
        }
        assertTrue(bench.send(other, receiver, "goes on") >= 0);
    }
}
