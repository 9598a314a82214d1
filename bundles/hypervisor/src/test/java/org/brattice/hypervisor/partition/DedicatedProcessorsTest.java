package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DedicatedProcessorsTest {
    @Test
    void shouldBeCrowdedWhileMoreRunThanTheHostHas() {
        DedicatedProcessors processors = new DedicatedProcessors(2);
        processors.begins();
        processors.begins();
        assertFalse(processors.crowded());

        processors.begins();
        assertTrue(processors.crowded());

        processors.ends();
        assertFalse(processors.crowded());
    }
}
