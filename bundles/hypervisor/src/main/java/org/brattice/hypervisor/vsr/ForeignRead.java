package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;

/** A read by address in the VSR (S5): all of the range is checked before the first byte is read. */
final class ForeignRead {
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private final Vsr vsr;
    private final Holder me;

    ForeignRead(Vsr vsr, Holder me) {
        this.vsr = vsr;
        this.me = me;
    }

    void read(long address, MemorySegment target) {
        long length = target.byteSize();
        if (length == 0) {
            throw new HypervisorCallException("length=0: give the read at least one byte");
        }
        List<IpcaEntry> table = check(address, length);
        MemorySegment staging = me.staging();
        for (IpcaEntry entry : table) {
            long from = Math.max(address, entry.base());
            long to = Math.min(address + length, entry.base() + entry.size());
            for (long at = from; at < to;) {
                long slice = Math.min(to - at, staging.byteSize());
                slice(entry, at - entry.base(), staging, slice);
                MemorySegment.copy(staging, 0, target, at - address, slice);
                at += slice;
            }
        }
    }

    /** The IPCAs that the range touches, ascending by base, when they cover all of it. */
    private List<IpcaEntry> check(long address, long length) {
        if (address < 0 || length < 0 || address > Long.MAX_VALUE - length) {
            throw outside(address, length, "address and length must not be negative nor overflow");
        }
        List<IpcaEntry> table = new ArrayList<>(vsr.lookUpTable());
        table.sort(Comparator.comparingLong(IpcaEntry::base));
        table.removeIf(entry -> entry.base() >= address + length
                || entry.base() + entry.size() <= address);
        long covered = address;
        for (IpcaEntry entry : table) {
            if (entry.base() > covered) {
                break;
            }
            covered = entry.base() + entry.size();
        }
        if (covered < address + length) {
            throw outside(address, length, "not in the VSR from 0x" + Long.toHexString(covered)
                    + "; the look-up table has its ranges");
        }
        return table;
    }

    private static HypervisorCallException outside(long address, long length, String why) {
        return new HypervisorCallException("address=0x" + Long.toHexString(address) + " length="
                + length + " is outside the VSR: " + why);
    }

    private void slice(IpcaEntry entry, long offset, MemorySegment staging, long length) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Area area = vsr.area(entry.number());
            if (area == null || area.base() != entry.base()) {
                throw outside(entry.base() + offset, length,
                        "the IPCA of " + entry.partition() + " moved during the read");
            }
            try {
                if (area.read(me, offset, staging, length)) {
                    return;
                }
            } catch (IllegalStateException e) {
                if (!area.view().revoked()) {
                    throw e;
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new HypervisorCallException("IPCA of " + entry.partition()
                        + " is locked by a writer that does not go on: read it later");
            }
            Thread.yield();
        }
    }
}
