package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Random;

import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.FrameLayout;
import org.junit.jupiter.api.Test;

/** Random damage to ring, control words and page: nothing hangs, throws, or reads outside the ring. */
class AttachFuzzTest {
    private static final int ROUNDS = 4000;
    private static final int IPCA = 4096;
    private static final long[] SCANNERS = {FrameLayout.CONTROL_CURSOR,
            FrameLayout.CONTROL_ATTEMPT, FrameLayout.CONTROL_HEAD};

    private final MemorySegment untouched = MemorySegment.ofArray(new byte[IPCA]);
    private Bench bench;
    private Random random;
    private int x;
    private int y;
    private int damaged;

    @Test
    void shouldSurviveRandomDamage() {
        long seed = Long.getLong("brattice.seed", System.nanoTime());
        System.out.println("AttachFuzzTest seed=" + seed);
        random = new Random(seed);
        try (Bench made = Bench.anonymous()) {
            bench = made;
            x = bench.partition("x", IPCA);
            y = bench.partition("y", IPCA);
            behind().copyFrom(untouched.fill((byte) 0x77));
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                for (int round = 0; round < ROUNDS; round++) {
                    int now = round;
                    try {
                        round();
                    } catch (Throwable e) {
                        throw new AssertionError("seed=" + seed + " round=" + now, e);
                    }
                }
            });
        }
        assertTrue(damaged > ROUNDS / 10, "damaged=" + damaged);
        assertTrue(damaged < ROUNDS, "damaged=" + damaged);
    }

    private void round() {
        Holder me = bench.holder(x);
        Recorder before = new Recorder();
        Holder owner = new Holder(bench.holders, y, true);
        Scanner scanner = bench.scanner(y, before, owner);
        for (int i = random.nextInt(12); i > 0; i--) {
            byte[] payload = new byte[random.nextInt(bench.vsr.recordLimit(y))];
            random.nextBytes(payload);
            bench.vsr.send(me, y, MemorySegment.ofArray(payload),
                    random.nextBoolean() ? Delivery.TRY : Delivery.TRY.notified());
            if (random.nextInt(3) == 0) {
                scanner.poll(random.nextInt(3));
            }
        }
        scanner.poll(random.nextInt(20));
        bench.holders.remove(me);

        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            damage();
        }
        if (!bench.repair().isEmpty()) {
            damaged++;
        }
        assertInvariants();

        Holder again = bench.holder(x);
        assertTrue(bench.send(again, y, "after") >= 0 || bench.vsr.area(y).unread() > 0);
        Recorder recorder = new Recorder();
        Scanner fresh = bench.scanner(y, recorder, owner);
        for (int i = 0; i < 200; i++) {
            fresh.poll(50);
        }
        assertEquals(0, bench.vsr.area(y).unread());
        assertTrue(bench.send(again, y, "fine") >= 0);
        fresh.poll(10);
        assertEquals("fine", recorder.messages.get(recorder.messages.size() - 1).text());
        assertEquals(-1, behind().mismatch(untouched));
        bench.holders.remove(again);
        bench.holders.remove(owner);
    }

    /** Bytes behind the ring are nobody's to change. */
    private MemorySegment behind() {
        return bench.frame.memory().asSlice(bench.vsr.area(y).base() + IPCA, IPCA);
    }

    private void damage() {
        long interesting = switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> random.nextLong();
            case 3 -> random.nextInt(4 * IPCA) & -32;
            default -> Long.MAX_VALUE - random.nextInt(64);
        };
        FrameLayout layout = bench.frame.layout();
        switch (random.nextInt(4)) {
            case 0 -> bench.word(y, FrameLayout.CONTROL_LEASE + 8 * random.nextInt(5), interesting);
            case 1 -> bench.word(y, SCANNERS[random.nextInt(SCANNERS.length)], interesting);
            case 2 -> bench.ring(y).set(ValueLayout.JAVA_LONG, 8 * random.nextInt(IPCA / 8),
                    random.nextBoolean()
                            ? interesting
                            : bench.ring(y).get(ValueLayout.JAVA_LONG, 0)
                                    ^ 1L << random.nextInt(64));
            default -> bench.frame.memory().set(ValueLayout.JAVA_LONG,
                    layout.page(bench.vsr.index(y)) + 8 * random.nextInt(320), interesting);
        }
    }

    private void assertInvariants() {
        long head = bench.word(y, FrameLayout.CONTROL_HEAD);
        long cursor = bench.word(y, FrameLayout.CONTROL_CURSOR);
        long tail = bench.word(y, FrameLayout.CONTROL_TAIL);
        assertTrue(0 <= head && head <= cursor && cursor <= tail, head + " " + cursor + " " + tail);
        assertTrue(tail <= head + IPCA - RecordLayout.UNIT, head + " " + tail);
        assertEquals(0, bench.ring(y).get(ValueLayout.JAVA_LONG, tail & IPCA - 1));
        assertEquals(Lease.FREE, bench.word(y, FrameLayout.CONTROL_LEASE));
    }
}
