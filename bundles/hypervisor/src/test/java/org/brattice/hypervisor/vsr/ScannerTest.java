package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScannerTest {
    private static final long IPCA = 4096;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final Holder me = bench.holder(x);
    private final Recorder recorder = new Recorder();
    private final Scanner scanner = bench.scanner(y, recorder);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldReadWhatWasSentInOrder() {
        long first = bench.send(me, y, "one");
        long second = bench.send(me, y, "two");

        assertEquals(2, scanner.poll(10));

        assertEquals(List.of("one", "two"), recorder.texts());
        assertEquals(0, first);
        assertEquals(64, second);
        assertEquals(List.of(first, second),
                recorder.messages.stream().map(Recorder.Seen::position).toList());
        assertTrue(recorder.messages.stream()
                .allMatch(seen -> seen.source() == x && seen.attempt() == 1));
        assertEquals(0, scanner.poll(10));
        assertEquals(2, scanner.read());
        assertEquals(0, bench.vsr.area(y).unread());
    }

    @Test
    void shouldReadNoMoreThanTheLimit() {
        for (int i = 0; i < 5; i++) {
            bench.send(me, y, "message " + i);
        }

        assertEquals(3, scanner.poll(3));
        assertEquals(3, recorder.messages.size());
        assertEquals(2, scanner.poll(3));
        assertEquals(5, recorder.messages.size());
    }

    @Test
    void shouldGatherSeveralSegments() {
        List<MemorySegment> parts = List.of(Bench.segment("to"), Bench.segment(""),
                Bench.segment("get"), MemorySegment.ofArray(new int[]{0x72656874}),
                Bench.segment("?"), Bench.segment("!"));

        bench.vsr.send(me, y, parts, Delivery.TRY);
        bench.vsr.send(me, y, List.of(), Delivery.TRY);
        scanner.poll(2);

        assertEquals(List.of("togetther?!", ""), recorder.texts());
    }

    @Test
    void shouldTakePayloadsOfNoBytes() {
        assertEquals(0, bench.send(me, y, ""));
        assertEquals(32, bench.send(me, y, ""));

        scanner.poll(2);

        assertEquals(List.of("", ""), recorder.texts());
    }

    @Test
    void shouldShowTheMessageInPlaceAndReadOnly() {
        List<Message> kept = new ArrayList<>();
        recorder.handler = message -> {
            kept.add(message);
            assertEquals("x", message.sourceName());
            assertEquals('h', message.getByte(0));
            assertEquals(0x6c6c6568, message.getInt(0));
            assertEquals(0x6568206f6c6c6568L, message.getLong(0));
            assertEquals("hello hello", message.text());
            MemorySegment target = MemorySegment.ofArray(new byte[5]);
            message.copyTo(6, target, 0, 5);
            assertEquals("hello", new String(target.toArray(ValueLayout.JAVA_BYTE)));
            assertThrows(IndexOutOfBoundsException.class, () -> message.getByte(11));
            assertThrows(IndexOutOfBoundsException.class, () -> message.getInt(8));
            assertThrows(IndexOutOfBoundsException.class, () -> message.getLong(-1));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> message.copyTo(7, target, 0, 5));
            assertTrue(message.payload().isReadOnly());
            assertEquals(11, message.payload().byteSize());
            return true;
        };
        bench.send(me, y, "hello hello");

        scanner.poll(1);

        assertEquals(1, recorder.messages.size());
        Message message = kept.get(0);
        assertThrows(IllegalStateException.class, message::source);
        assertThrows(IllegalStateException.class, message::payload);
        assertThrows(IllegalStateException.class, () -> message.getByte(0));
        assertThrows(IllegalStateException.class, message::text);
    }

    @Test
    void shouldShowTheMessageToItsThreadAlone() throws Exception {
        List<Throwable> thrown = new ArrayList<>();
        recorder.handler = message -> {
            Thread other = Thread.ofPlatform().unstarted(() -> {
                try {
                    message.getByte(0);
                } catch (IllegalStateException e) {
                    thrown.add(e);
                }
            });
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return true;
        };
        bench.send(me, y, "mine");

        scanner.poll(1);

        assertEquals(1, thrown.size());
    }

    @Test
    void shouldCountAttemptsAndGiveUpAfterThree() {
        List<Integer> attempts = new ArrayList<>();
        recorder.handler = message -> {
            if (message.text().equals("poison")) {
                attempts.add(message.attempt());
                return false;
            }
            return true;
        };
        bench.send(me, y, "good");
        long position = bench.send(me, y, "poison");
        bench.send(me, y, "better");

        scanner.poll(10);

        assertEquals(List.of(1, 2, 3), attempts);
        assertEquals(List.of("good", "better"), recorder.texts());
        assertEquals(List.of("poisoned " + x + " position=" + position + " attempts=3"),
                recorder.events);
    }

    @Test
    void shouldTellTheSourceWhatWasReadAndWhatWasGivenUp() {
        recorder.handler = message -> !message.text().equals("poison");
        Recorder source = new Recorder();
        Scanner ofSource = bench.scanner(x, source);
        long poison = bench.vsr.send(me, y, Bench.segment("poison"), Delivery.TRY.notified());

        scanner.poll(10);
        ofSource.poll(10);
        assertEquals(List.of("given up by " + y + " position=" + poison), source.events);

        long good = bench.vsr.send(me, y, Bench.segment("good"), Delivery.TRY.notified());
        scanner.poll(10);
        ofSource.poll(10);
        assertEquals(List.of("given up by " + y + " position=" + poison,
                "read " + y + " position=" + good), source.events);
    }

    @Test
    void shouldOfferAgainWhatFailedOnce() {
        recorder.handler = message -> message.attempt() == 2;
        bench.send(me, y, "again");

        scanner.poll(10);

        assertEquals(List.of("again"), recorder.texts());
        assertEquals(2, recorder.messages.get(0).attempt());
    }

    @Test
    void shouldKeepUnreadWhatItStoppedAt() {
        recorder.handler = message -> {
            recorder.stopping = message.text().equals("two");
            return !recorder.stopping;
        };
        bench.send(me, y, "one");
        bench.send(me, y, "two");
        bench.send(me, y, "three");

        scanner.poll(10);
        assertEquals(List.of("one"), recorder.texts());
        assertEquals(128, bench.vsr.area(y).unread());

        Recorder next = new Recorder();
        bench.scanner(y, next).poll(10);
        assertEquals(List.of("two", "three"), next.texts());
        assertEquals(List.of(2, 1),
                next.messages.stream().map(Recorder.Seen::attempt).toList());
    }

    @Test
    void shouldStopBetweenMessages() {
        recorder.handler = message -> recorder.stopping = true;
        bench.send(me, y, "one");
        bench.send(me, y, "two");

        assertEquals(1, scanner.poll(10));

        assertEquals(List.of("one"), recorder.texts());
    }

    @Test
    void shouldThrowWhenItsBootWasFenced() {
        View view = bench.frame.view();
        Holder holder = bench.holder(y);
        Scanner fenced = new Scanner(bench.vsr, bench.vsr.area(y), holder, view, recorder,
                Bench.AT_ONCE);
        bench.send(me, y, "unread");
        recorder.handler = message -> {
            view.revoke();
            return true;
        };

        assertThrows(IllegalStateException.class, () -> fenced.poll(1));
        assertThrows(IllegalStateException.class, () -> fenced.poll(1));

        assertEquals(64, bench.vsr.area(y).unread());
    }

    /** Firmware that restores its interrupt, as one does, must not make the event scan spin. */
    @Test
    void shouldSleepWhenFirmwareLeftAnInterrupt() {
        Thread.currentThread().interrupt();

        long start = System.nanoTime();
        scanner.await(20_000_000);
        scanner.await(20_000_000);

        assertTrue(System.nanoTime() - start >= 20_000_000);
        assertTrue(!Thread.interrupted());
    }

    @Test
    void shouldDeleteWhatWasReadWhenItIsIdle() {
        bench.send(me, y, "one");
        scanner.poll(10);

        assertEquals(64, bench.word(y, FrameLayout.CONTROL_HEAD));
        assertEquals(64, bench.word(y, FrameLayout.CONTROL_CURSOR));
    }

    @Test
    void shouldRefuseReceiversThatCanNotBe() {
        assertEquals("receiver=" + x + " is the caller itself: a partition's own IPCA is no"
                + " destination", refusal(x));
        String unknown = " is no partition's number: look it up with IpcaService.number(name)";
        assertEquals("receiver=0" + unknown, refusal(0));
        assertEquals("receiver=-5" + unknown, refusal(-5));
        assertEquals("receiver=99" + unknown, refusal(99));
    }

    private String refusal(int receiver) {
        return assertThrows(HypervisorCallException.class, () -> bench.send(me, receiver, "?"))
                .getMessage();
    }

    @Test
    void shouldSayThatAPartitionHasNoIpca() {
        int silent = bench.table.nextNumber();
        bench.table.add(silent, "silent", 4096);
        bench.vsr.enter(silent, "silent");

        assertEquals(IpcaService.NO_IPCA, bench.send(me, silent, "?"));
        assertEquals(IpcaService.NO_IPCA, bench.send(me, silent, ""));
        assertEquals(0, bench.vsr.recordLimit(silent));
        bench.vsr.remove(y);
        assertEquals(IpcaService.NO_IPCA, bench.send(me, y, "?"));
    }

    @Test
    void shouldSendFromFrameMemoryAndNativeMemory() {
        MemorySegment own = bench.frame.view()
                .segment(bench.blocks.ranges(x).get(0).base() + IPCA, 100);
        own.fill((byte) 7);
        MemorySegment nativeMemory = java.lang.foreign.Arena.ofAuto().allocate(100)
                .fill((byte) 8);

        bench.vsr.send(me, y, own, Delivery.TRY);
        bench.vsr.send(me, y, nativeMemory, Delivery.TRY);
        scanner.poll(2);

        byte[] expected = new byte[100];
        java.util.Arrays.fill(expected, (byte) 7);
        assertArrayEquals(expected, recorder.messages.get(0).payload());
        java.util.Arrays.fill(expected, (byte) 8);
        assertArrayEquals(expected, recorder.messages.get(1).payload());
    }

    @Test
    void shouldCommitNothingWhenThePayloadCannotBeRead() {
        MemorySegment closed;
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            closed = arena.allocate(100);
        }

        assertThrows(IllegalStateException.class,
                () -> bench.vsr.send(me, y, closed, Delivery.TRY));
        assertEquals(Lease.FREE, bench.vsr.area(y).lease());
        bench.send(me, y, "next");

        scanner.poll(10);
        assertEquals(List.of("next"), recorder.texts());
    }
}
