package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.View;

/**
 * Memory as one boot reaches it: what the partition keeps through one view, and each block above that through
 * one of its own, so that it can be revoked alone. Any thread.
 */
final class BootMemory {
    private final Supplier<View> views;
    private final View kept;
    private final Map<Integer, View> blocks = new HashMap<>();
    /** Blocks that are about to move away, or have. */
    private final Set<Integer> withdrawn = new HashSet<>();
    private boolean over;

    BootMemory(Supplier<View> views) {
        this.views = views;
        this.kept = views.get();
    }

    /** What the partition keeps. */
    View view() {
        return kept;
    }

    /**
     * Reaches a block.
     *
     * @param owned whether it is the partition's, looked at when nobody can withdraw it
     * @return null, when it is not its, or about to move away, or the boot is over
     */
    synchronized MemorySegment block(int index, BooleanSupplier owned, MemoryRange range) {
        if (over || withdrawn.contains(index) || !owned.getAsBoolean()) {
            return null;
        }
        return blocks.computeIfAbsent(index, any -> views.get()).segment(range.base(),
                range.size());
    }

    /**
     * Takes a block away.
     *
     * @return whether accesses throw: not yet while a thread is inside blocking I/O on it
     */
    synchronized boolean withdraw(int index) {
        withdrawn.add(index);
        View view = blocks.get(index);
        if (view != null && !view.revoke()) {
            return false;
        }
        blocks.remove(index);
        return true;
    }

    /** A block that was taken away has stayed, or has come: it can be reached, through segments to be made. */
    synchronized void restore(int index) {
        withdrawn.remove(index);
    }

    /** Whether what the partition keeps is out of reach. */
    boolean revoked() {
        return kept.revoked();
    }

    /**
     * Revokes all of it; again and again.
     *
     * @return whether accesses throw: not yet while a thread is inside blocking I/O on some of it
     */
    boolean revoke() {
        List<View> views = new ArrayList<>();
        synchronized (this) {
            over = true;
            views.addAll(blocks.values());
        }
        boolean revoked = kept.revoke();
        for (View view : views) {
            revoked &= view.revoke();
        }
        return revoked;
    }
}
