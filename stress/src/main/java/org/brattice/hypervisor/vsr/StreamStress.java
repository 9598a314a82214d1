package org.brattice.hypervisor.vsr;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The entry of a chunked message under its sender and its receiver. */
public final class StreamStress {
    private StreamStress() {}

    /** A place with one open message. */
    static class Opened {
        final Pool.Place place = new Pool.Place();
        final Streams streams = place.streams();
        final int entry = streams.open(1, 1);
        final long id = streams.id(entry);

        /** Whether the entry can be used again. */
        final boolean free() {
            place.check();
            return Word.opaque(place.frame().memory(),
                    place.vsr().layout().page(place.vsr().index(place.number))
                            + FrameLayout.PAGE_STREAMS + entry * FrameLayout.STREAM_SIZE) == 0;
        }

        final int heard() {
            int[] told = new int[1];
            if (streams.dirty()) {
                streams.hear(1, (source, stream) -> told[0] += source == 1 && stream == id ? 1 : 9);
            }
            return told[0];
        }
    }

    /** Two senders begin: each has an entry and an id of its own. */
    @JCStressTest
    @State
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "apart")
    @Outcome(expect = FORBIDDEN, desc = "one entry or one id for both")
    public static class OpenAndOpen {
        private final Pool.Place place = new Pool.Place();
        private final Streams streams = place.streams();
        private int first;
        private int second;

        @Actor
        public void first() {
            first = streams.open(1, 1);
        }

        @Actor
        public void second() {
            second = streams.open(2, 2);
        }

        @Arbiter
        public void look(LL_Result r) {
            r.r1 = first != second && first >= 0 && second >= 0;
            r.r2 = streams.id(first) != streams.id(second);
            place.check();
        }
    }

    /**
     * The sender aborts while the receiver refuses: the entry ends free, and the receiver may
     * hear.
     */
    @JCStressTest
    @State
    @Outcome(id = {"1, true", "0, true"}, expect = ACCEPTABLE, desc = "told, or refused before")
    @Outcome(expect = FORBIDDEN, desc = "the entry is lost")
    public static class AbortAndRefuse extends Opened {
        @Actor
        public void abort() {
            streams.abort(entry, id);
        }

        @Actor
        public void refuse() {
            streams.refuse(entry, id);
        }

        @Arbiter
        public void look(LL_Result r) {
            r.r1 = heard();
            r.r2 = free();
        }
    }

    /** The sender aborts while the receiver listens: it hears once. */
    @JCStressTest
    @State
    @Outcome(id = {"1, 0, true", "0, 1, true"}, expect = ACCEPTABLE, desc = "told now or later")
    @Outcome(expect = FORBIDDEN, desc = "never told, or twice")
    public static class AbortAndHear extends Opened {
        @Actor
        public void abort() {
            streams.abort(entry, id);
        }

        @Actor
        public void hear(LLL_Result r) {
            r.r1 = heard();
        }

        @Arbiter
        public void look(LLL_Result r) {
            r.r2 = heard();
            r.r3 = free();
        }
    }

    /**
     * The last chunk is read before its sender notes that all is committed: the entry ends free.
     */
    @JCStressTest
    @State
    @Outcome(id = "0, true", expect = ACCEPTABLE, desc = "whole")
    @Outcome(expect = FORBIDDEN, desc = "told as aborted, or the entry is lost")
    public static class CompleteAndDone extends Opened {
        @Actor
        public void complete() {
            streams.complete(entry, id);
        }

        @Actor
        public void done() {
            streams.done(entry, id);
        }

        @Arbiter
        public void look(LL_Result r) {
            r.r1 = heard();
            r.r2 = free();
        }
    }

    /** Sender and control thread abort the same message: the receiver hears once. */
    @JCStressTest
    @State
    @Outcome(id = "1, true", expect = ACCEPTABLE, desc = "told once")
    @Outcome(expect = FORBIDDEN, desc = "never told, twice, or the entry is lost")
    public static class AbortAndAbortAll extends Opened {
        @Actor
        public void abort() {
            streams.abort(entry, id);
        }

        @Actor
        public void abortAll() {
            streams.abortAll(1);
        }

        @Arbiter
        public void look(LL_Result r) {
            r.r1 = heard();
            r.r2 = free();
        }
    }

    /** An entry is used again while its former message is refused: the new one is not hit. */
    @JCStressTest
    @State
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "open")
    @Outcome(expect = FORBIDDEN, desc = "another's message was refused")
    public static class ReuseAndRefuse extends Opened {
        private int again;
        private long fresh;

        @Actor
        public void reuse() {
            streams.abort(entry, id);
            heard();
            again = streams.open(2, 2);
            fresh = streams.id(again);
        }

        @Actor
        public void refuse() {
            streams.refuse(entry, id);
        }

        @Arbiter
        public void look(org.openjdk.jcstress.infra.results.L_Result r) {
            r.r1 = streams.open(again, fresh);
            place.check();
        }
    }
}
