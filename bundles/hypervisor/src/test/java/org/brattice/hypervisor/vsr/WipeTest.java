package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.brattice.api.Delivery;
import org.brattice.api.Tracking;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was deleted is zero, and whoever finds it half done knows what that means. */
class WipeTest {
    private static final int IPCA = 4096;

    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Holder me = bench.holder(x);
    private final Recorder recorder = new Recorder();
    private Scanner scanner = bench.scanner(y, recorder);

    @AfterEach
    void close() {
        bench.close();
    }

    private void drain() {
        while (scanner.poll(10) > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldLeaveNothingOfWhatWasDeleted() {
        Random random = new Random(42);
        for (int round = 0; round < 500; round++) {
            for (int i = random.nextInt(8); i > 0; i--) {
                byte[] payload = new byte[random.nextInt(bench.vsr.recordLimit(y) + 1)];
                random.nextBytes(payload);
                bench.vsr.send(me, y, MemorySegment.ofArray(payload), Delivery.TRY);
            }
            drain();
            assertEquals(-1, bench.ring(y).mismatch(MemorySegment.ofArray(new byte[IPCA])));
        }
    }

    /** Two that were read and answered, a third in whose handler the thread ends: nothing is deleted. */
    private long readTwo() {
        Delivery tracked = Delivery.TRY.tracked();
        bench.vsr.send(me, y, Bench.segment("one"), tracked);
        long second = bench.vsr.send(me, y, Bench.segment("two"), tracked);
        bench.send(me, y, "three");
        recorder.handler = message -> {
            if (message.text().equals("three")) {
                throw new StepHolder.Ended();
            }
            return true;
        };
        assertThrows(StepHolder.Ended.class, this::drain);
        recorder.handler = message -> true;
        assertEquals(0, bench.word(y, FrameLayout.CONTROL_HEAD));
        assertEquals(second, bench.vsr.readBy(x, y));
        return second;
    }

    private void wipe(long bytes) {
        bench.ring(y).set(ValueLayout.JAVA_LONG, 0, 0);
        bench.ring(y).asSlice(Long.BYTES, bytes - Long.BYTES).fill((byte) 0);
    }

    private List<String> sentAndRead() {
        scanner = bench.scanner(y, recorder);
        bench.send(bench.holder(x), y, "four");
        drain();
        return recorder.texts();
    }

    private Tracking.State state(long position) {
        return bench.vsr.track(x, y, position).orElseThrow().state();
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 40, 64, 72, 128})
    void shouldOweNothingWhenTheProcessEndedInTheMiddle(long bytes) {
        long second = readTwo();
        wipe(bytes);

        assertEquals(List.of(), bench.killed());

        assertEquals(second, bench.vsr.readBy(x, y));
        assertEquals(Tracking.State.DELETED, state(second));
        assertEquals(128, bench.word(y, FrameLayout.CONTROL_HEAD));
        assertEquals(List.of("one", "two", "three", "four"), sentAndRead());
    }

    @Test
    void shouldGoOnWhenABootEndedInTheMiddle() {
        long second = readTwo();
        wipe(72);

        assertEquals(List.of("one", "two", "three", "four"), sentAndRead());

        assertEquals(Tracking.State.DELETED, state(0));
        assertEquals(Tracking.State.DELETED, state(second));
        assertEquals(-1, bench.ring(y).mismatch(MemorySegment.ofArray(new byte[IPCA])));
    }

    /** It was shut out between its read mark and the acknowledgement. */
    @Test
    void shouldAnswerAgainWhatABootThatEndedOwes() {
        long second = readTwo();
        long words = bench.frame.layout().page(x % 16) + FrameLayout.PAGE_PEERS
                + (y % 16) * FrameLayout.PEER_SIZE;
        bench.frame.memory().asSlice(words, FrameLayout.PEER_SIZE).fill((byte) 0);
        assertEquals(-1, bench.vsr.readBy(x, y));

        scanner = bench.scanner(y, recorder);

        assertEquals(second, bench.vsr.readBy(x, y));
        Recorder sender = new Recorder();
        bench.scanner(x, sender).poll(10);
        assertEquals(List.of("read " + y + " position=" + second), sender.events);
    }

    /** Else it would show half of a message. */
    @Test
    void shouldNotBeSeenByForeignReads() {
        readTwo();
        wipe(72);
        byte[] target = new byte[256];

        bench.vsr.read(bench.holder(x), bench.vsr.area(y).base(), MemorySegment.ofArray(target));

        assertArrayEquals(new byte[128], Arrays.copyOf(target, 128));
        assertEquals("three", new String(target, 128 + RecordLayout.HEADER, 5));
    }
}
