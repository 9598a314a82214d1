package org.brattice.hypervisor.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Which partition owns which I/O slot, by location code, and which declared it: what of that outlives the
 * process. A row is in use while a slot has one of both. Control thread alone.
 */
public final class SlotMap {
    private final MemorySegment memory;
    private final FrameLayout layout;

    /** The map of a frame. */
    public SlotMap(Frame frame) {
        this.memory = frame.memory();
        this.layout = frame.layout();
    }

    /**
     * A slot.
     *
     * @param location its location code
     * @param owner number of the partition that owns it, or 0
     * @param declarer number of the partition that declared it, also when it was moved since; or 0
     */
    public record Row(String location, int owner, int declarer) {}

    /** All slots that somebody has to do with. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < FrameLayout.SLOT_LIMIT; row++) {
            if (used(row)) {
                rows.add(read(row));
            }
        }
        return rows;
    }

    /**
     * Notes who has to do with a slot, in one store.
     *
     * @throws IllegalStateException when there are too many slots
     */
    public void set(Row slot) {
        int row = find(slot.location());
        if (row < 0) {
            if (slot.owner() == 0 && slot.declarer() == 0) {
                return;
            }
            row = free();
            long at = layout.slotRow(row);
            long length = Text.put(memory, at + FrameLayout.SLOT_LOCATION,
                    FrameLayout.LOCATION_LIMIT, slot.location());
            Word.opaque(memory, at + FrameLayout.SLOT_LENGTH, length);
        }
        word(row, slot.owner() | (long) slot.declarer() << Integer.SIZE);
    }

    private int find(String location) {
        for (int row = 0; row < FrameLayout.SLOT_LIMIT; row++) {
            if (used(row) && read(row).location().equals(location)) {
                return row;
            }
        }
        return -1;
    }

    private int free() {
        for (int row = 0; row < FrameLayout.SLOT_LIMIT; row++) {
            if (!used(row)) {
                return row;
            }
        }
        throw new IllegalStateException("slots=" + FrameLayout.SLOT_LIMIT
                + " are owned already: that is all that a frame can note");
    }

    private boolean used(int row) {
        return word(row) != 0;
    }

    private Row read(int row) {
        long at = layout.slotRow(row);
        return new Row(Text.get(memory, at + FrameLayout.SLOT_LOCATION, FrameLayout.LOCATION_LIMIT,
                Word.opaque(memory, at + FrameLayout.SLOT_LENGTH)),
                (int) word(row), (int) (word(row) >>> Integer.SIZE));
    }

    private long word(int row) {
        return Word.acquire(memory, layout.slotRow(row) + FrameLayout.SLOT_OWNER);
    }

    private void word(int row, long value) {
        Word.release(memory, layout.slotRow(row) + FrameLayout.SLOT_OWNER, value);
    }

    /** Frees what is noted of numbers that no row of the partition table names. */
    public void freeUnless(LongPredicate known) {
        for (int row = 0; row < FrameLayout.SLOT_LIMIT; row++) {
            if (used(row)) {
                Row slot = read(row);
                word(row, (known.test(slot.owner()) ? slot.owner() : 0)
                        | (known.test(slot.declarer())
                                ? (long) slot.declarer() << Integer.SIZE
                                : 0));
            }
        }
    }
}
