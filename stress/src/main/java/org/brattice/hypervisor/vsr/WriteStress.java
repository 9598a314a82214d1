package org.brattice.hypervisor.vsr;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A write beside another write, the scan, a broken lease, a remap, a foreign read, a full ring. */
public final class WriteStress {
    private static final Delivery WAIT = Delivery.waiting(Duration.ofSeconds(5));

    private WriteStress() {}

    private static boolean sent(long result) {
        return result >= 0;
    }

    /** Two writers: what was reported as sent is there once, in either order. */
    @JCStressTest
    @State
    @Outcome(id = {"true, true, AB", "true, true, BA"}, expect = ACCEPTABLE, desc = "both")
    @Outcome(id = {"true, false, A", "false, true, B"}, expect = ACCEPTABLE,
            desc = "one lost all its races, and was told so")
    @Outcome(expect = FORBIDDEN, desc = "lost, twice, torn, or there unsaid")
    public static class TwoWriters {
        private final Pool.Place place = new Pool.Place();

        @Actor
        public void first(LLL_Result r) {
            r.r1 = sent(place.vsr().send(place.holder(0), place.number, Payloads.A, Delivery.TRY));
        }

        @Actor
        public void second(LLL_Result r) {
            r.r2 = sent(place.vsr().send(place.holder(1), place.number, Payloads.B, Delivery.TRY));
        }

        @Arbiter
        public void read(LLL_Result r) {
            r.r3 = place.rest();
        }
    }

    /** A writer of two messages and the scanner: in order, each once. */
    @JCStressTest
    @State
    @Outcome(id = {", AB", "A, B", "AB, "}, expect = ACCEPTABLE, desc = "read now or later")
    @Outcome(expect = FORBIDDEN, desc = "lost, twice, torn, or out of order")
    public static class WriterAndScanner {
        private final Pool.Place place = new Pool.Place();

        @Actor
        public void write() {
            Holder me = place.holder(0);
            place.vsr().send(me, place.number, Payloads.A, WAIT);
            place.vsr().send(me, place.number, Payloads.B, WAIT);
        }

        @Actor
        public void scan(LL_Result r) {
            Text text = new Text();
            place.scanner(text).poll(2);
            r.r1 = text.toString();
        }

        @Arbiter
        public void read(LL_Result r) {
            r.r2 = place.rest();
        }
    }

    /** Two writers meet the lease of a holder that left its section: it is broken once. */
    @JCStressTest
    @State
    @Outcome(id = {"1, true, AB", "1, true, BA"}, expect = ACCEPTABLE, desc = "both go on")
    @Outcome(expect = FORBIDDEN, desc = "locked out, broken twice, or lost")
    public static class TwoBreakers {
        private final Pool.Place place = new Pool.Place();
        private boolean first;
        private boolean second;

        public TwoBreakers() {
            Holder gone = place.holder(2);
            long token = gone.enter();
            long at = place.vsr().layout().controls(place.area().control());
            Word.opaque(place.frame().memory(), at + FrameLayout.CONTROL_LEASE, token);
            gone.leave();
        }

        @Actor
        public void first() {
            first = sent(place.vsr().send(place.holder(0), place.number, Payloads.A, WAIT));
        }

        @Actor
        public void second() {
            second = sent(place.vsr().send(place.holder(1), place.number, Payloads.B, WAIT));
        }

        @Arbiter
        public void read(LLL_Result r) {
            r.r1 = place.lost();
            r.r2 = first && second;
            r.r3 = place.rest();
        }
    }

    /** A writer while the IPCA moves: what it sent is in the new area, once. */
    @JCStressTest
    @State
    @Outcome(id = "true, A", expect = ACCEPTABLE, desc = "salvaged, or written again")
    @Outcome(expect = FORBIDDEN, desc = "lost or twice")
    public static class WriterAndRemap {
        private final Pool.Place place = new Pool.Place();
        private final Area to = place.fresh();

        @Actor
        public void write(LL_Result r) {
            r.r1 = sent(place.vsr().send(place.holder(0), place.number, Payloads.A, WAIT));
        }

        @Actor
        public void move() {
            place.vsr().move(place.area(), to);
        }

        @Arbiter
        public void read(LL_Result r) {
            r.r2 = place.area() == to ? place.rest() : "not moved";
        }
    }

    /** A foreign read beside a write: nothing or all of the record; a live holder's lease stays. */
    @JCStressTest
    @State
    @Outcome(id = {"nothing, 0, A", "all, 0, A", "busy, 0, A"}, expect = ACCEPTABLE,
            desc = "committed bytes only")
    @Outcome(expect = FORBIDDEN,
            desc = "bytes before their commit, or a live holder's lease broken")
    public static class WriterAndForeignRead {
        private static final int RECORD = RecordLayout.HEADER + 64;
        private final Pool.Place place = new Pool.Place();

        @Actor
        public void write() {
            place.vsr().send(place.holder(0), place.number, Payloads.A, WAIT);
        }

        @Actor
        public void read(LLL_Result r) {
            MemorySegment target = MemorySegment.ofArray(new long[RECORD / 8]);
            r.r1 = place.area().read(place.holder(1), 0, target, RECORD) ? seen(target) : "busy";
        }

        private static String seen(MemorySegment target) {
            if (target.mismatch(MemorySegment.ofArray(new byte[RECORD])) < 0) {
                return "nothing";
            }
            boolean payload = target.asSlice(RecordLayout.HEADER, Payloads.LENGTH)
                    .mismatch(Payloads.A) < 0;
            boolean header = RecordLayout.sizeOf(Word.plain(target, 0), 0, Pool.IPCA) == RECORD;
            return payload && header ? "all" : "part";
        }

        @Arbiter
        public void rest(LLL_Result r) {
            r.r2 = place.lost();
            r.r3 = place.rest();
        }
    }

    /** A writer that waits for room and the scanner that makes it: it is woken. */
    @JCStressTest
    @State
    @Outcome(id = "true, true, A", expect = ACCEPTABLE, desc = "written in time")
    @Outcome(expect = FORBIDDEN, desc = "lost, or woken by its deadline alone")
    public static class WaiterAndScanner {
        private final Pool.Place place = new Pool.Place();

        public WaiterAndScanner() {
            Holder me = place.holder(1);
            int full = 0;
            while (sent(place.vsr().send(me, place.number, Payloads.B, Delivery.TRY))) {
                full++;
            }
            if (full == 0) {
                throw new IllegalStateException("nothing could be sent at all");
            }
        }

        @Actor
        public void write(LLL_Result r) {
            long start = System.nanoTime();
            r.r1 = sent(place.vsr().send(place.holder(0), place.number, Payloads.A, WAIT));
            r.r2 = System.nanoTime() - start < WAIT.waitNanos() / 2;
        }

        @Actor
        public void scan() {
            place.scanner(new Text()).poll(64);
        }

        @Arbiter
        public void rest(LLL_Result r) {
            String rest = place.rest();
            // The scan may have come to the new message itself.
            r.r3 = rest.isEmpty() || rest.equals("A") ? "A" : rest;
        }
    }

    /** A writer and a scanner that falls asleep: every message wakes. */
    @JCStressTest
    @State
    @Outcome(id = "A, true", expect = ACCEPTABLE, desc = "woken")
    @Outcome(expect = FORBIDDEN, desc = "a wake-up was lost")
    public static class WriterAndSleeper {
        private static final long SLEEP_NANOS = 4_000_000_000L;
        private final Pool.Place place = new Pool.Place();

        @Actor
        public void write() {
            place.vsr().send(place.holder(0), place.number, Payloads.A, WAIT);
        }

        @Actor
        public void sleep(LL_Result r) {
            Text text = new Text();
            Scanner scanner = place.scanner(text);
            long start = System.nanoTime();
            while (scanner.poll(1) == 0) {
                scanner.await(SLEEP_NANOS);
            }
            r.r1 = text.toString();
            r.r2 = System.nanoTime() - start < SLEEP_NANOS / 2;
        }

        @Arbiter
        public void check() {
            place.check();
        }
    }
}
