package org.brattice.hypervisor.vsr;

/** The place of a holder whose thread waits for room. One for each holder, used again. */
final class Waiting extends Place {
    private final Holder holder;

    Waiting(Holder holder) {
        super(holder.number());
        this.holder = holder;
    }

    @Override
    boolean counts() {
        return true;
    }

    @Override
    boolean admits(Holder other) {
        return other == holder;
    }

    void wake() {
        holder.unpark();
    }
}
