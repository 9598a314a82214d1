package org.brattice.hypervisor.vsr;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Acknowledgement words and notice bits. */
public final class PeerStress {
    private PeerStress() {}

    /** A source and what it has heard of two peers. */
    static class Source {
        final Pool.Place place = new Pool.Place();
        final Peers peers = place.peers();
        final int row = place.vsr().index(place.number);

        /** What is heard now, as {@code peer:position}. */
        final String heard() {
            StringBuilder text = new StringBuilder();
            if (peers.noticed(row)) {
                peers.hear(row, new Peers.Listener() {
                    @Override
                    public void read(int peer, long position) {
                        text.append(peer).append(':').append(position).append(' ');
                    }

                    @Override
                    public void gaveUp(int peer, long position) {
                        text.append(peer).append('!').append(position).append(' ');
                    }
                });
            }
            place.check();
            return text.toString().trim();
        }
    }

    /** A peer reads two messages while the source listens: the last word is always heard. */
    @JCStressTest
    @State
    @Outcome(id = {", 1:64", "1:64, ", "1:32, 1:64", "1:64, 1:64"}, expect = ACCEPTABLE,
            desc = "heard now or later; what is heard twice is the same")
    @Outcome(expect = FORBIDDEN, desc = "never heard, or less than before")
    public static class ReadAndHear extends Source {
        @Actor
        public void read() {
            peers.read(row, 1, 32);
            peers.read(row, 1, 64);
        }

        @Actor
        public void hear(LL_Result r) {
            r.r1 = heard();
        }

        @Arbiter
        public void rest(LL_Result r) {
            r.r2 = heard();
        }
    }

    /** Two peers in one word of notices: both are heard. */
    @JCStressTest
    @State
    @Outcome(id = "true, 1:32 2:64", expect = ACCEPTABLE, desc = "both")
    @Outcome(expect = FORBIDDEN, desc = "a notice was lost")
    public static class TwoPeers extends Source {
        @Actor
        public void first() {
            peers.read(row, 1, 32);
        }

        @Actor
        public void second() {
            peers.read(row, 2, 64);
        }

        @Arbiter
        public void hear(LL_Result r) {
            r.r1 = peers.noticed(row);
            r.r2 = heard();
        }
    }

    /** A peer in another word of notices than the one that the source is about to hear. */
    @JCStressTest
    @State
    @Outcome(id = {"1:32, 65:64", "1:32 65:64, "}, expect = ACCEPTABLE, desc = "each once")
    @Outcome(expect = FORBIDDEN, desc = "a notice was lost")
    public static class TwoWordsAndHear extends Source {
        public TwoWordsAndHear() {
            peers.read(row, 1, 32);
        }

        @Actor
        public void read() {
            peers.read(row, 65, 64);
        }

        @Actor
        public void hear(LL_Result r) {
            r.r1 = heard();
        }

        @Arbiter
        public void rest(LL_Result r) {
            r.r2 = heard();
        }
    }

    /** A message given up while the source listens: heard once. */
    @JCStressTest
    @State
    @Outcome(id = {", 1!32", "1!32, "}, expect = ACCEPTABLE, desc = "once")
    @Outcome(expect = FORBIDDEN, desc = "never or twice")
    public static class GiveUpAndHear extends Source {
        @Actor
        public void giveUp() {
            peers.gaveUp(row, 1, 32);
        }

        @Actor
        public void hear(LL_Result r) {
            r.r1 = heard();
        }

        @Arbiter
        public void rest(LL_Result r) {
            r.r2 = heard();
        }
    }
}
