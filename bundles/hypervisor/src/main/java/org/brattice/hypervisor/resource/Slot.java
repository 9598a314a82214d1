package org.brattice.hypervisor.resource;

import java.util.ArrayList;
import java.util.List;

import org.brattice.api.IoAdapter;

/** One I/O slot: who owns it, what sits in it, and which threads are inside that. Under the monitor of {@link Slots}. */
final class Slot {
    final String location;
    /** Whether the frame description has put its device there. */
    final boolean described;
    String owner = "";
    String declarer = "";
    IoAdapter adapter;
    /** What sits in it, in words. */
    String text = "empty";
    /** Whether it is about to change hands: who comes now waits until that is settled. */
    boolean leaving;
    /** Whether an owner has lost it while threads were inside: the next one waits until they have come out. */
    boolean draining;
    final List<Thread> inside = new ArrayList<>();

    Slot(String location, boolean described) {
        this.location = location;
        this.described = described;
    }

    /** Whether anybody has to do with it. */
    boolean used() {
        return described || adapter != null || owned();
    }

    /** Nobody owns it any more. */
    void lose() {
        owner = "";
        draining = !inside.isEmpty();
    }

    /** Whether a partition owns it, or has declared it. */
    boolean owned() {
        return !owner.isEmpty() || !declarer.isEmpty();
    }
}
