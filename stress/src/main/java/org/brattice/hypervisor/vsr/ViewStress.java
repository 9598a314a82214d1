package org.brattice.hypervisor.vsr;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;

import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.memory.Word;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** An access beside the revocation of its view. */
@JCStressTest
@State
@Outcome(id = "stored, 1, refused", expect = ACCEPTABLE, desc = "before it")
@Outcome(id = "refused, 0, refused", expect = ACCEPTABLE, desc = "behind it")
@Outcome(expect = FORBIDDEN, desc = "stored and refused, or not revoked")
public class ViewStress {
    private static final long WORD = RecordLayout.HEADER;
    private final Pool.Place place = new Pool.Place();
    private final View view = place.frame().view();
    private final long base = place.area().base();
    private final MemorySegment ring = view.segment(base, Pool.IPCA);

    @Actor
    public void store(LLL_Result r) {
        r.r1 = tried();
    }

    private String tried() {
        try {
            Word.plain(ring, WORD, 1);
            return "stored";
        } catch (IllegalStateException e) {
            return "refused";
        }
    }

    @Actor
    public void revoke() {
        view.revoke();
    }

    @Arbiter
    public void look(LLL_Result r) {
        r.r2 = Word.opaque(place.frame().memory(), base + WORD);
        r.r3 = tried();
        place.check();
    }
}
