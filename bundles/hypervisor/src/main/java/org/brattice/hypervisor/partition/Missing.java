package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.List;

/**
 * What a partition declares and has not got.
 *
 * @param processors how many
 * @param blocks how many
 * @param slots location codes
 */
record Missing(int processors, int blocks, List<String> slots) {
    Missing {
        processors = Math.max(0, processors);
        blocks = Math.max(0, blocks);
    }

    boolean nothing() {
        return processors == 0 && blocks == 0 && slots.isEmpty();
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (processors > 0) {
            parts.add("processors=" + processors);
        }
        if (blocks > 0) {
            parts.add("blocks=" + blocks);
        }
        if (!slots.isEmpty()) {
            parts.add("slots=" + slots);
        }
        return parts.isEmpty() ? "nothing" : String.join(" ", parts);
    }
}
