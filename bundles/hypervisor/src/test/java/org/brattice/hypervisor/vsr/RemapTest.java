package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaEntry;
import org.brattice.api.Message;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemapTest {
    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", 4096);
    private final int y = bench.partition("y", 4096);
    private final Holder me = bench.holder(x);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldKeepUnreadMessagesAtTheirPositions() {
        Scanner scanner = bench.scanner(y, recorder);
        for (int i = 0; i < 100; i++) {
            long position = bench.send(me, y, "message " + i);
            bench.send(me, y, "second " + i);
            scanner.poll(1);
            assertEquals(position, recorder.messages.get(recorder.messages.size() - 1).position());
            long tail = bench.word(y, FrameLayout.CONTROL_TAIL);
            Area old = bench.vsr.area(y);

            scanner.remap(bench.fresh(y));
            scanner.poll(0);

            assertEquals(tail, bench.word(y, FrameLayout.CONTROL_TAIL));
            bench.release(old);
            scanner.poll(100);
        }
        assertEquals(200, recorder.messages.size());
        for (int i = 0; i < 100; i++) {
            assertEquals("message " + i, recorder.messages.get(2 * i).text());
            assertEquals("second " + i, recorder.messages.get(2 * i + 1).text());
        }
        assertEquals(List.of(), recorder.events);
    }

    @Test
    void shouldShowTheNewPlaceInTheLookUpTable() {
        long before = bench.vsr.area(y).base();

        bench.vsr.move(bench.vsr.area(y), bench.fresh(y));

        long base = bench.vsr.area(y).base();
        assertTrue(base != before);
        assertEquals(List.of(new IpcaEntry(x, "x", bench.vsr.area(x).base(), 4096),
                new IpcaEntry(y, "y", base, 4096)), bench.vsr.lookUpTable());
    }

    @Test
    void shouldRemainMovedAfterTheProcessEnded() {
        bench.send(me, y, "kept");
        Area fresh = bench.fresh(y);
        bench.vsr.move(bench.vsr.area(y), fresh);
        bench.send(me, y, "later");

        assertEquals(List.of(), bench.killed());

        assertEquals(fresh.base(), bench.vsr.area(y).base());
        bench.scanner(y, recorder).poll(10);
        assertEquals(List.of("kept", "later"), recorder.texts());
    }

    @Test
    void shouldKeepTheAttemptsOfTheMessageThatIsNext() {
        bench.send(me, y, "again");
        Scanner scanner = bench.scanner(y, recorder);
        recorder.handler = message -> !(recorder.stopping = message.attempt() == 1);
        scanner.poll(1);
        recorder.stopping = false;

        scanner.remap(bench.fresh(y));
        scanner.poll(1);

        assertEquals(2, recorder.messages.get(0).attempt());
    }

    @Test
    void shouldLeaveTheOldViewOfAMessageDead() {
        Scanner scanner = bench.scanner(y, recorder);
        Message[] kept = new Message[1];
        recorder.handler = message -> {
            kept[0] = message;
            return true;
        };
        bench.send(me, y, "one");
        scanner.poll(1);
        Message old = kept[0];
        scanner.remap(bench.fresh(y));
        bench.send(me, y, "two");
        scanner.poll(2);

        assertThrows(IllegalStateException.class, old::text);
        assertEquals(List.of("one", "two"), recorder.texts());
    }

    /** A scanner whose boot is fenced must not move what is the next boot's. */
    @Test
    void shouldNotBeDoneByABootThatHasEnded() {
        View view = bench.frame.view();
        Scanner fenced = new Scanner(bench.vsr, bench.vsr.area(y), bench.holder(y), view,
                recorder, Bench.AT_ONCE);
        Area area = bench.vsr.area(y);
        fenced.remap(bench.fresh(y));
        view.revoke();

        assertThrows(IllegalStateException.class, () -> fenced.poll(1));

        assertEquals(area, bench.vsr.area(y));
        assertTrue(bench.vsr.send(me, y, Bench.segment("still"), Delivery.TRY) >= 0);
    }
}
