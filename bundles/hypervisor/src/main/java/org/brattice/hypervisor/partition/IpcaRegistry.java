package org.brattice.hypervisor.partition;

import java.util.BitSet;

import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.vsr.Area;
import org.brattice.hypervisor.vsr.Attach;
import org.brattice.hypervisor.vsr.Vsr;

/**
 * Which control areas are in use, and which IPCA lies where (S1, S2). Registration comes on partitions'
 * processors, all else on the control thread: under this object's monitor.
 */
final class IpcaRegistry {
    private final PartitionTable table;
    private final Vsr vsr;
    private final Attach attach;
    private final int limit;
    private final BitSet used = new BitSet();

    IpcaRegistry(Frame frame, PartitionTable table, Vsr vsr) {
        this.table = table;
        this.vsr = vsr;
        this.attach = new Attach(frame);
        this.limit = frame.layout().controls();
    }

    /**
     * Takes over what another process has left.
     *
     * @return what was damaged, in words, or null
     */
    synchronized String attach(PartitionTable.Row row, BlockMap blocks) {
        vsr.enter(row.number(), row.name());
        if (row.control() < 0) {
            return null;
        }
        if (!attach.valid(row.control(), row.number(), blocks.ranges(row.number()))) {
            table.control(row.number(), -1);
            return "its IPCA is not in its own memory; a fresh one is made";
        }
        used.set(row.control());
        return null;
    }

    /** Repairs and opens an IPCA of an earlier process, when all partitions are known. */
    synchronized String open(PartitionTable.Row row) {
        int control = table.control(row.number());
        if (control < 0) {
            return null;
        }
        String damage = attach.repair(control, row.number(), vsr.stores().acknowledged());
        vsr.open(row.number(), control);
        return damage;
    }

    /** The partition's area: the one kept, or a fresh one, then entered into the look-up table. */
    synchronized Area register(int number, MemoryRange range) {
        Area kept = vsr.area(number);
        if (kept != null) {
            return kept;
        }
        int control = create(number, range);
        table.home(number, range);
        table.control(number, control);
        return vsr.open(number, control);
    }

    private int create(int number, MemoryRange range) {
        int control = used.nextClearBit(0);
        if (control >= limit) {
            throw new IllegalStateException("control areas=" + limit
                    + " are all in use or in quarantine: restart the process");
        }
        attach.create(control, number, range);
        used.set(control);
        return control;
    }

    /** A fresh area to which the partition's IPCA is to move. */
    synchronized Area prepare(int number, MemoryRange range) {
        return vsr.prepare(number, create(number, range));
    }

    /** Where a partition's IPCA is, or null. */
    MemoryRange ipca(int number) {
        Area area = vsr.area(number);
        return area == null ? null : new MemoryRange(area.base(), area.capacity());
    }

    /** Where a partition's IPCA was made, or null: that is no part of its memory, wherever the IPCA is now. */
    MemoryRange home(int number) {
        return table.home(number);
    }

    /** Notes where an IPCA was made of which an earlier version of the hypervisor did not note it. */
    void settleHome(Area area, BlockMap blocks) {
        MemoryRange ipca = new MemoryRange(area.base(), area.capacity());
        if (!blocks.region(ipca)) {
            table.home(area.number(), ipca);
        } else if (table.home(area.number()) == null) {
            blocks.kept(area.number()).stream().filter(range -> range.size() >= ipca.size())
                    .findFirst().ifPresent(range -> table.home(area.number(),
                            new MemoryRange(range.base(), ipca.size())));
        }
        MemoryRange home = table.home(area.number());
        if (home != null) {
            blocks.keepAlso(area.number(), home.base(), home.size());
        }
    }

    /** Nobody can reach a control area any more. */
    synchronized void release(int control) {
        used.clear(control);
    }
}
