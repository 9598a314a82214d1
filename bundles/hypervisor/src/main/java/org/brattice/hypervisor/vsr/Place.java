package org.brattice.hypervisor.vsr;

/** A place in the line for room in one IPCA. Guarded by the line's monitor, but for what says so. */
abstract class Place {
    private final int number;
    private long since;
    private long bytes;

    /** Of a sending partition. */
    Place(int number) {
        this.number = number;
    }

    /** Number of the partition that sends. Any thread. */
    final int number() {
        return number;
    }

    /** The line is joined at this moment, for a record of so many bytes. */
    final void join(long ofBytes) {
        since = System.nanoTime();
        bytes = ofBytes;
    }

    /** Another record is to be sent first. */
    final void wants(long ofBytes) {
        bytes = ofBytes;
    }

    /** When the line was joined, by {@link System#nanoTime}. */
    final long since() {
        return since;
    }

    /** Bytes of the record that found no room. */
    final long bytes() {
        return bytes;
    }

    /** Whether it takes its turn: one that was called and does not come keeps nobody waiting. */
    abstract boolean counts();

    /** Whether a holder may write while this place is first. Any thread, also in a section. */
    abstract boolean admits(Holder holder);
}
