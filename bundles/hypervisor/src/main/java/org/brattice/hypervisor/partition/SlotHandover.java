package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import org.brattice.api.Move;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.resource.Slots;

/**
 * A slot changes hands when no transfer is under way: its owner's next ones wait until that is settled, and throw
 * when it has moved.
 */
final class SlotHandover implements Handover {
    private final Ownership ownership;
    private final Slots slots;
    private final Resource.Slot slot;

    SlotHandover(Ownership ownership, Resource.Slot slot) {
        this.ownership = ownership;
        this.slots = ownership.slots();
        this.slot = slot;
    }

    @Override
    public String obstacle() {
        return slots.room(slot.location())
                ? null
                : "resource=" + slot + " cannot be noted: a frame notes the owners of "
                        + FrameLayout.SLOT_LIMIT + " slots";
    }

    @Override
    public List<String> steps() {
        int inside = slots.inside(slot.location()).size();
        return inside == 0
                ? List.of()
                : List.of("transfers=" + inside + " on " + slot + " come to their end");
    }

    @Override
    public boolean release() {
        return slots.withdraw(slot.location());
    }

    @Override
    public String waitsFor() {
        return "a transfer on " + slot + " is to end";
    }

    @Override
    public String late(Duration limit) {
        return slot + " is held by a transfer that did not end in " + Moving.text(limit) + ": "
                + slots.inside(slot.location()).stream().map(Processor::doing)
                        .collect(Collectors.joining("; "));
    }

    @Override
    public void keep() {
        slots.stay(slot.location());
    }

    @Override
    public String hand(Move move) {
        ownership.hand(move);
        return "";
    }
}
