package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WaitGraphTest {
    private final WaitGraph graph = new WaitGraph(5);

    @Test
    void shouldRefuseTheWaitThatClosesACircle() {
        assertTrue(graph.enter(1, 2));
        assertTrue(graph.enter(2, 3));
        assertTrue(graph.enter(4, 2));

        assertFalse(graph.enter(3, 1));
        assertFalse(graph.enter(3, 2));
        assertTrue(graph.enter(3, 0));
    }

    @Test
    void shouldTakeTheWaitWhenTheCircleIsOpenAgain() {
        assertTrue(graph.enter(1, 2));
        assertFalse(graph.enter(2, 1));

        graph.leave(1);

        assertTrue(graph.enter(2, 1));
        assertFalse(graph.enter(1, 2));
    }

    @Test
    void shouldShareNoPlaceAmongPartitionsThatAreThere() {
        assertTrue(graph.enter(6, 7));
        assertFalse(graph.enter(7, 6));
        assertTrue(graph.enter(8, 6));
    }
}
