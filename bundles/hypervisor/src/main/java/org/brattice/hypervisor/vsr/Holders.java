package org.brattice.hypervisor.vsr;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * All holders, by the index that a lease names. Added and removed by any thread, under this object's
 * monitor; read by any thread.
 */
public final class Holders {
    private final AtomicReferenceArray<Holder> holders;
    private final long[] sections;
    private int next;

    public Holders(int limit) {
        holders = new AtomicReferenceArray<>(limit);
        sections = new long[limit];
    }

    synchronized int add(Holder holder) {
        for (int tries = 0; tries < holders.length(); tries++) {
            int index = next++ % holders.length();
            if (holders.get(index) == null) {
                holders.set(index, holder);
                return index;
            }
        }
        throw new IllegalStateException("processors=" + holders.length()
                + " are all in use: raise processors in the frame description");
    }

    /** Where the section numbers of an index go on, so that none ever repeats. */
    synchronized long sections(int index) {
        return sections[index];
    }

    /** Called by the holder's thread as its last act, or when it has ended. */
    public synchronized void remove(Holder holder) {
        sections[holder.index] = holder.sections();
        holders.set(holder.index, null);
    }

    /** Who a lease names, or null when it is gone. */
    Holder of(long lease) {
        return holders.get(Lease.index(lease));
    }

    /** Whether the holder that a lease names can never store again under it. */
    public boolean gone(long lease) {
        if (!Lease.held(lease)) {
            return true;
        }
        Holder holder = of(lease);
        return holder == null || holder.gone(Lease.section(lease));
    }
}
