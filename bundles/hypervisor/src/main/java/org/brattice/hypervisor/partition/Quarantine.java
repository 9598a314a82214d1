package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Memory that an old holder might still reach, and what becomes of it when that is proven over. Control
 * thread alone.
 */
final class Quarantine {
    private final List<Item> items = new ArrayList<>();

    /**
     * Something in quarantine.
     *
     * @param over whether nobody can reach it any more: a fact, not a time
     * @param release what is done then
     */
    private record Item(BooleanSupplier over, Runnable release) {}

    void add(BooleanSupplier over, Runnable release) {
        items.add(new Item(over, release));
    }

    /** Releases what can be released; returns whether anything is left. */
    boolean sweep() {
        for (Iterator<Item> each = items.iterator(); each.hasNext();) {
            Item item = each.next();
            if (item.over().getAsBoolean()) {
                each.remove();
                item.release().run();
            }
        }
        return !items.isEmpty();
    }
}
