package org.brattice.hypervisor.vsr;

/** The points of a write at which its thread may end, in order. */
enum Step {
    TAKEN, REPAIRED, ROOM, HEADER, PART, BODY, COMMITTED, TAILED
}
