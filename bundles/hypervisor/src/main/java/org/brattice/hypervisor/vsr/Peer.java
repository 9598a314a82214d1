package org.brattice.hypervisor.vsr;

/** A partition that can be named, with its IPCA as far as it has one. */
final class Peer {
    final int number;
    final String name;
    final Doorbell doorbell = new Doorbell();
    final WaitQueue queue;
    /** Stored by the control thread, and by the scanner that moves its IPCA. */
    volatile Area area;
    private volatile Seen seen = Seen.NONE;

    /** A lease, and when it was first seen. */
    private record Seen(long lease, long nanos) {
        private static final Seen NONE = new Seen(Lease.FREE, 0);
    }

    Peer(int number, String name, WaitQueue queue) {
        this.number = number;
        this.name = name;
        this.queue = queue;
    }

    /** So that one can tell later for how long a lease has been held at least. Control thread. */
    void look() {
        long lease = lease();
        if (lease != seen.lease) {
            seen = Lease.held(lease) ? new Seen(lease, System.nanoTime()) : Seen.NONE;
        }
    }

    /** The lease of its IPCA. Any thread. */
    long lease() {
        Area now = area;
        return now == null ? Lease.FREE : now.lease();
    }

    /** For how long a lease has been held at least, in nanoseconds. Any thread. */
    long heldFor(long lease) {
        Seen latest = seen;
        return latest.lease == lease ? System.nanoTime() - latest.nanos : 0;
    }
}
