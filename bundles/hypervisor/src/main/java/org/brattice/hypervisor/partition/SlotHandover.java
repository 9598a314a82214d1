package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.List;

import org.brattice.api.Move;

/** A slot changes hands in one store: handles of the loser throw from then on. */
final class SlotHandover implements Handover {
    private final Ownership ownership;

    SlotHandover(Ownership ownership) {
        this.ownership = ownership;
    }

    @Override
    public String obstacle() {
        return null;
    }

    @Override
    public List<String> steps() {
        return List.of();
    }

    @Override
    public boolean release() {
        return true;
    }

    @Override
    public String waitsFor() {
        return "";
    }

    @Override
    public String late(Duration limit) {
        return "";
    }

    @Override
    public String hand(Move move) {
        ownership.hand(move);
        return "";
    }
}
