package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.brattice.api.Chunk;
import org.brattice.api.DeadLetter;
import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The delivery contract of the manual, clause by clause. */
@Timeout(60)
class DeliveryContractTest {
    private static final int IPCA = 64 << 10;
    private final Bench bench = Bench.kept();
    private final int x = bench.partition("x", 4096);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", 4096);
    private final Recorder recorder = new Recorder();
    private Holder fromX = bench.holder(x);
    private Holder fromZ = bench.holder(z);
    private Scanner scanner = bench.scanner(y, recorder);

    @AfterEach
    void close() {
        bench.close();
    }

    private long x(String text) {
        return bench.send(fromX, y, text);
    }

    private long z(String text) {
        return bench.send(fromZ, y, text);
    }

    private void drain() {
        while (scanner.poll(100) > 0) {
            Thread.onSpinWait();
        }
    }

    private void rebooted(RetryPolicy policy) {
        scanner = bench.scanner(y, recorder, new Holder(bench.holders, y, true), policy);
    }

    private void killed() {
        bench.killed();
        fromX = bench.holder(x);
        fromZ = bench.holder(z);
        rebooted(Bench.AT_ONCE);
    }

    private static Predicate<Message> failing(String... texts) {
        Set<String> failing = Set.of(texts);
        return message -> !failing.contains(message.text());
    }

    /** Fails for poison; at this text the thread ends, before anything is deleted. */
    private static Predicate<Message> endingAt(String end) {
        return message -> {
            if (message.text().equals(end)) {
                throw new StepHolder.Ended();
            }
            return !message.text().equals("poison");
        };
    }

    private List<String> textsOf(int source) {
        return recorder.messages.stream().filter(seen -> seen.source() == source)
                .map(Recorder.Seen::text).toList();
    }

    private List<String> letters() {
        return bench.vsr.letters().list().stream()
                .map(letter -> letter.sourceNumber() + "@" + letter.position()).toList();
    }

    @Test
    void clause1MessagesOfOneSenderComeInOrderAlsoAroundFailures() {
        Set<String> failed = new HashSet<>();
        // Every third message fails once.
        recorder.handler = message -> Integer.parseInt(message.text()) % 3 != 0
                || !failed.add(message.source() + message.text());
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            assertTrue(x("" + i) >= 0);
            assertTrue(z("" + i) >= 0);
            sent.add("" + i);
            if (i % 7 == 0) {
                scanner.poll(3);
            }
        }

        drain();

        assertEquals(sent, textsOf(x));
        assertEquals(sent, textsOf(z));
        assertEquals(List.of(), letters());
    }

    @Test
    void clause2WhatWasRefusedIsNeverSeenAndWhatWasSentIsKept() {
        int sent = 0;
        while (x("kept") >= 0) {
            sent++;
        }
        assertEquals(IpcaService.NO_ROOM, x("refused"));

        killed();
        drain();

        assertEquals(sent, textsOf(x).size());
        assertEquals(Set.of("kept"), new HashSet<>(textsOf(x)));
    }

    @Test
    void clause3AnAttemptOfOneIsNeverARepetition() {
        x("a");
        x("b");
        recorder.handler = message -> {
            if (message.attempt() == 1) {
                throw new StepHolder.Ended();
            }
            return true;
        };
        assertThrows(StepHolder.Ended.class, this::drain);
        killed();
        assertThrows(StepHolder.Ended.class, this::drain);
        killed();
        drain();

        assertEquals(List.of("a", "b"), textsOf(x));
        assertEquals(List.of(2, 2),
                recorder.messages.stream().map(Recorder.Seen::attempt).toList());
    }

    /** Bundles are updated again and again: what no handler refused is not given up for that. */
    @Test
    void clause3TheEndOfABootDoesNotUseUpTheLastAttempt() {
        List<Integer> attempts = new ArrayList<>();
        x("in the ring");
        for (int boot = 0; boot < 5; boot++) {
            cutShort(attempts);
        }
        assertEquals(List.of(1, 2, 3, 3, 3), attempts);

        takesAll();

        assertEquals(List.of("in the ring"), recorder.texts());
        assertEquals(List.of(), letters());
    }

    @Test
    void clause3TheEndOfABootDoesNotUseUpTheLastAttemptOfWhatWasSetAside() {
        rebooted(new RetryPolicy(3, TimeUnit.HOURS.toNanos(1)));
        recorder.handler = message -> false;
        x("set aside");
        drain();
        List<Integer> attempts = new ArrayList<>();
        for (int boot = 0; boot < 4; boot++) {
            cutShort(attempts);
        }
        assertEquals(List.of(2, 3, 3, 3), attempts);

        takesAll();

        assertEquals(List.of("set aside"), recorder.texts());
        assertEquals(List.of(), letters());
    }

    private void cutShort(List<Integer> attempts) {
        rebooted(new RetryPolicy(3, TimeUnit.HOURS.toNanos(1)));
        recorder.stopping = false;
        recorder.handler = message -> {
            attempts.add(message.attempt());
            recorder.stopping = true;
            return false;
        };
        drain();
    }

    private void takesAll() {
        rebooted(new RetryPolicy(3, 0));
        recorder.stopping = false;
        recorder.handler = message -> true;
        drain();
    }

    @Test
    void clause4OthersAreReadWhileOneIsOfferedAgain() {
        rebooted(new RetryPolicy(3, TimeUnit.HOURS.toNanos(1)));
        recorder.handler = failing("poison");
        x("poison");
        x("behind");
        for (int i = 0; i < 5000; i++) {
            assertTrue(z("" + i) >= 0);
            x("later");
            drain();
        }

        assertEquals(5000, textsOf(z).size());
        assertEquals(List.of(), textsOf(x));

        // The firmware is mended: all that waited comes, in order.
        recorder.handler = message -> true;
        rebooted(Bench.AT_ONCE);
        drain();
        assertEquals(List.of("poison", "behind", "later"), textsOf(x).subList(0, 3));
        assertEquals(2, recorder.messages.get(5000).attempt());
        assertEquals(1, recorder.messages.get(5001).attempt());
    }

    @Test
    void clause4TheWaitIsAsLongAsThePolicySays() {
        assertEquals(10, new RetryPolicy(9, 10).delay(1));
        assertEquals(40, new RetryPolicy(9, 10).delay(3));
        assertEquals(TimeUnit.MINUTES.toNanos(1), RetryPolicy.STANDARD.delay(30));
        assertEquals(TimeUnit.HOURS.toNanos(1),
                new RetryPolicy(9, TimeUnit.HOURS.toNanos(1)).delay(9));

        rebooted(new RetryPolicy(3, TimeUnit.MILLISECONDS.toNanos(50)));
        recorder.handler = message -> message.attempt() == 3;
        x("third time");
        long start = System.nanoTime();
        while (recorder.messages.isEmpty()) {
            scanner.await(TimeUnit.SECONDS.toNanos(10));
            scanner.poll(10);
        }
        long took = System.nanoTime() - start;
        assertTrue(took >= TimeUnit.MILLISECONDS.toNanos(150), "nanos=" + took);
        assertTrue(took < TimeUnit.SECONDS.toNanos(9), "nanos=" + took);
    }

    @Test
    void clause5AfterItsAttemptsItIsADeadLetterAndItsSenderKnows() {
        recorder.handler = failing("poison");
        x("good");
        long position = x("poison");
        x("better");

        drain();

        assertEquals(List.of("good", "better"), textsOf(x));
        assertEquals(List.of("poisoned " + x + " position=" + position + " attempts=3"),
                recorder.events);
        DeadLetter letter = bench.vsr.letters().list().get(0);
        assertEquals(List.of(x, y, 3),
                List.of(letter.sourceNumber(), letter.receiverNumber(), letter.attempts()));
        assertEquals(position, letter.position());
        assertEquals("poison", new String(bench.vsr.letters().payload(letter.id())));
        Recorder sender = new Recorder();
        bench.scanner(x, sender).poll(10);
        assertEquals(List.of("given up by " + y + " position=" + position), sender.events);

        killed();
        assertEquals(List.of(x + "@" + position), letters());
    }

    @Test
    void clause5OneAttemptIsEnoughWhereThePolicySaysSo() {
        rebooted(new RetryPolicy(1, 0));
        recorder.handler = failing("poison");
        long position = x("poison");
        drain();
        assertEquals(List.of(x + "@" + position), letters());
        assertEquals(List.of("poisoned " + x + " position=" + position + " attempts=1"),
                recorder.events);
    }

    @Test
    void clause6AFullStoreHoldsBackTheSenderAndNobodyElse() {
        recorder.handler = message -> message.source() != x;
        MemorySegment large = MemorySegment.ofArray(new byte[bench.vsr.recordLimit(y)]);
        Set<Long> sent = new HashSet<>();
        // Until neither the dead-letter store nor the sender's share takes any more.
        for (int refused = 0; refused < 100;) {
            long position = bench.vsr.send(fromX, y, large, Delivery.TRY);
            if (position >= 0) {
                sent.add(position);
                refused = 0;
            } else {
                refused++;
            }
            drain();
        }
        assertTrue(recorder.events.stream().anyMatch(event -> event.startsWith("full " + x)));

        for (int i = 0; i < 10_000; i++) {
            assertTrue(z("" + i) >= 0, "z is held back too");
            drain();
        }
        assertEquals(10_000, textsOf(z).size());
        assertEquals(IpcaService.NO_ROOM, bench.vsr.send(fromX, y, large, Delivery.TRY));

        // Nothing is lost, also when the process ends now.
        killed();
        drain();
        int kept = 0;
        for (DeadLetter letter : bench.vsr.letters().list()) {
            assertTrue(sent.remove(letter.position()));
            bench.vsr.letters().drop(letter.id());
            kept++;
        }
        assertTrue(kept > 0);
        recorder.handler = message -> true;
        // Whatever had used up its attempts becomes a letter now, all else is handled.
        while (textsOf(x).size() + letters().size() < sent.size()) {
            scanner.poll(100);
            scanner.await(TimeUnit.MILLISECONDS.toNanos(100));
        }
        bench.vsr.letters().list()
                .forEach(letter -> assertTrue(sent.remove(letter.position())));
        recorder.messages.stream().filter(seen -> seen.source() == x)
                .forEach(seen -> assertTrue(sent.remove(seen.position())));
        assertEquals(Set.of(), sent);
        assertTrue(bench.vsr.send(fromX, y, large, Delivery.TRY) >= 0);
    }

    @Test
    void clause6WhoWasHeldBackGoesOnWhenAllThatWasSetAsideIsRead() {
        rebooted(new RetryPolicy(2, TimeUnit.HOURS.toNanos(1)));
        recorder.handler = message -> message.source() != x;
        while (bench.vsr.send(fromX, y, MemorySegment.ofArray(new byte[4000]), Delivery.TRY) >= 0) {
            drain();
        }
        assertTrue(bench.vsr.heldBack(y, x));
        recorder.handler = message -> true;
        rebooted(Bench.AT_ONCE);
        drain();
        assertFalse(bench.vsr.heldBack(y, x));
        assertTrue(x("on") >= 0);
    }

    @Test
    void clause6AnEmptyQueueThatAKillHasLeftIsInNobodysWay() {
        RetryQueue filler = bench.vsr.retry().open(z, x, null);
        MemorySegment record = RetryStoreTest.record(64, x, 100_000);
        while (filler.append(record, 0, record.byteSize())) {
            record = RetryStoreTest.record(64, x, Math.max(1, (int) bench.vsr.retry().free() / 2));
        }
        assertTrue(x("poison") >= 0);
        bench.vsr.retry().open(y, x, null);
        rebooted(Bench.AT_ONCE);
        recorder.handler = failing("poison");
        drain();
        drain();
        assertTrue(bench.vsr.area(y).unread() > 0, "there is no room to set it aside");

        bench.vsr.retry().remove(z);
        recorder.handler = message -> true;
        while (!textsOf(x).contains("poison")) {
            scanner.poll(100);
            scanner.await(TimeUnit.MILLISECONDS.toNanos(100));
        }
        assertEquals(0, bench.vsr.area(y).unread());
    }

    @Test
    void clause7AChunkIsOfferedAgainWhereItWasAndOthersAreRead() throws Exception {
        byte[] large = new byte[3 * IPCA];
        new Random(1).nextBytes(large);
        byte[] arrived = new byte[large.length];
        Set<Long> failed = new HashSet<>();
        recorder.handler = message -> {
            if (message instanceof Chunk chunk) {
                if (chunk.offset() / 8000 % 2 == 0 && failed.add(chunk.offset())) {
                    assertEquals(1, chunk.attempt());
                    return false;
                }
                chunk.copyTo(0, MemorySegment.ofArray(arrived), chunk.offset(), chunk.length());
            }
            return true;
        };
        CompletableFuture<Long> sent = sending(large);
        int passed = 0;
        while (!sent.isDone() || scanner.poll(100) > 0) {
            passed += z("small") >= 0 ? 1 : 0;
            scanner.poll(100);
        }

        assertTrue(sent.get() >= 0);
        assertTrue(failed.size() > 5, "failed=" + failed.size());
        assertArrayEquals(large, arrived);
        assertEquals(passed, textsOf(z).size());
        assertEquals(List.of(), letters());
    }

    @Test
    void clause7AChunkThatIsGivenUpIsADeadLetterAndItsMessageIsRefused() throws Exception {
        recorder.handler = message -> !(message instanceof Chunk chunk) || chunk.offset() == 0;
        CompletableFuture<Long> sent = sending(new byte[3 * IPCA]);
        while (!sent.isDone() || scanner.poll(100) > 0) {
            scanner.poll(100);
        }

        assertEquals(IpcaService.REFUSED, sent.get());
        DeadLetter letter = bench.vsr.letters().list().get(0);
        assertEquals(1, letters().size());
        assertTrue(letter.chunk());
        assertTrue(letter.offset() > 0);
        assertEquals(3 * IPCA, letter.total());
        assertTrue(z("after") >= 0);
        drain();
        assertEquals(List.of("after"), textsOf(z));
    }

    @Test
    void clause8AMessageInChunksThatWasSentSurvivesWithItsLastChunksSetAside() throws Exception {
        byte[] large = new byte[IPCA / 2];
        new Random(2).nextBytes(large);
        assertTrue(sending(large).get(20, TimeUnit.SECONDS) >= 0);
        rebooted(new RetryPolicy(9, TimeUnit.HOURS.toNanos(1)));
        recorder.handler = message -> ((Chunk) message).offset() < large.length / 2;
        drain();
        assertEquals(0, bench.vsr.area(y).unread());

        byte[] arrived = new byte[large.length];
        recorder.handler = message -> {
            Chunk chunk = (Chunk) message;
            chunk.copyTo(0, MemorySegment.ofArray(arrived), chunk.offset(), chunk.length());
            return true;
        };
        killed();
        drain();

        assertArrayEquals(Arrays.copyOfRange(large, large.length * 3 / 4, large.length),
                Arrays.copyOfRange(arrived, large.length * 3 / 4, large.length));
        assertFalse(recorder.events.stream().anyMatch(event -> event.startsWith("aborted")),
                recorder.events.toString());
    }

    private CompletableFuture<Long> sending(byte[] payload) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            Holder sender = bench.holder(x);
            try {
                result.complete(bench.vsr.send(sender, y, MemorySegment.ofArray(payload),
                        Delivery.waiting(Duration.ofSeconds(20))));
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** What is set aside, or given up, when the process ends is not acknowledged as read. */
    @Test
    void clause8AttachAcknowledgesWhatWasHandledAndNothingElse() {
        rebooted(new RetryPolicy(1, 0));
        recorder.handler = endingAt("end");
        Delivery notified = Delivery.TRY.notified();
        long base = bench.vsr.send(fromX, y, Bench.segment("poison"), notified);
        z("end");
        assertThrows(StepHolder.Ended.class, this::drain);
        rebooted(new RetryPolicy(2, TimeUnit.HOURS.toNanos(1)));
        recorder.handler = endingAt("end again");
        long good = bench.vsr.send(fromX, y, Bench.segment("good"), notified);
        bench.vsr.send(fromX, y, Bench.segment("poison"), notified);
        bench.vsr.send(fromX, y, Bench.segment("good"), notified);
        z("end again");
        assertThrows(StepHolder.Ended.class, this::drain);
        assertEquals(good, bench.vsr.readBy(x, y));
        assertEquals(base, bench.word(y, FrameLayout.CONTROL_HEAD));
        // As if it had ended before it answered: all that is owed is derived again.
        long words = bench.frame.layout().page(x % 16) + FrameLayout.PAGE_PEERS
                + (y % 16) * FrameLayout.PEER_SIZE;
        bench.frame.memory().asSlice(words, FrameLayout.PEER_SIZE).fill((byte) 0);

        killed();

        assertEquals(good, bench.vsr.readBy(x, y));
        Recorder sender = new Recorder();
        bench.scanner(x, sender).poll(10);
        assertEquals(List.of("given up by " + y + " position=" + base,
                "read " + y + " position=" + good), sender.events);
    }

    @Test
    void theScanWaitsWhereTheRetryStoreIsFullAndSaysForWhom() {
        try (Bench large = Bench.anonymous(32 << 20)) {
            int from = large.partition("from", 4096);
            int to = large.partition("to", 8 << 20);
            Holder sender = large.holder(from);
            MemorySegment payload = MemorySegment.ofArray(new byte[10_000]);
            int sent = 0;
            while (large.vsr.send(sender, to, payload, Delivery.TRY) >= 0) {
                sent++;
            }
            recorder.handler = message -> false;
            Scanner failing = large.scanner(to, recorder, new Holder(large.holders, to, true),
                    new RetryPolicy(3, TimeUnit.HOURS.toNanos(1)));
            while (failing.poll(100) > 0) {
                Thread.onSpinWait();
            }
            assertEquals(1, recorder.events.size(), recorder.events.toString());
            assertTrue(
                    recorder.events.get(0).matches("full " + from + " position=\\d+ retry store"),
                    recorder.events.toString());
            assertTrue(large.vsr.area(to).unread() > 2 << 20);

            recorder.handler = message -> true;
            Scanner mended = large.scanner(to, recorder);
            while (mended.poll(100) > 0) {
                Thread.onSpinWait();
            }
            assertEquals(sent, recorder.messages.size());
            assertEquals(0, large.vsr.area(to).unread());
            assertTrue(recorder.events.size() <= 2, "once for each scan: " + recorder.events);
        }
    }
}
