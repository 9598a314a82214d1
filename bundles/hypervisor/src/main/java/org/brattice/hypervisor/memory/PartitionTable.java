package org.brattice.hypervisor.memory;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.MemoryRange;

/**
 * The partitions that the frame knows, in the frame itself: name, number and the control area of the
 * IPCA. A number belongs to the row {@code number % partitions} and is never given again. Written by
 * the hypervisor's control thread alone, but for the control area word: a remap switches it by one
 * release store.
 */
public final class PartitionTable {
    /** Numbers are never given again; these last for centuries. */
    private static final int NUMBER_LIMIT = 1 << 30;
    /** Bits of the home word that are the exponent of its size. */
    private static final long HOME_SIZE = 63;

    private final Frame frame;
    private final FrameLayout layout;
    private final MemorySegment memory;

    public PartitionTable(Frame frame) {
        this.frame = frame;
        this.layout = frame.layout();
        this.memory = frame.memory();
    }

    /**
     * A row of the table.
     *
     * @param number of the partition
     * @param name of the partition
     * @param bytes of its memory
     * @param control index of its control area, or -1
     */
    public record Row(int number, String name, long bytes, int control) {}

    /**
     * Puts in order what a damaged file tells: rows of numbers that cannot be theirs are freed,
     * control areas that are none are let go, and the next number is one that nobody has. Control
     * thread, before any partition boots; doing it twice changes nothing.
     *
     * @return what was damaged, in words
     */
    public List<String> repair() {
        List<String> damages = new ArrayList<>();
        long last = 0;
        for (int index = 0; index < layout.partitions(); index++) {
            long row = layout.row(index);
            long number = Word.opaque(memory, row + FrameLayout.ROW_NUMBER);
            if (number < 0 || number > NUMBER_LIMIT || number % layout.partitions() != index
                    && number != 0) {
                damages.add("row=" + index + " of the partition table has number=" + number
                        + ", which cannot be; it was freed, and what it owned");
                Word.release(memory, row + FrameLayout.ROW_NUMBER, 0);
                continue;
            }
            last = Math.max(last, number);
            long control = Word.opaque(memory, row + FrameLayout.ROW_CONTROL);
            if (number != 0 && (control < 0 || control > layout.controls())) {
                damages.add("partition number=" + number + " has control area " + control
                        + ", which cannot be; a fresh one is made, and its messages are lost");
                control((int) number, -1);
            }
        }
        long next = frame.word(FrameLayout.HEADER_NEXT_NUMBER);
        if (next <= last || next > NUMBER_LIMIT) {
            damages.add("next number=" + next + " cannot be, for number=" + last
                    + " was given; it goes on behind that");
            frame.word(FrameLayout.HEADER_NEXT_NUMBER, last + 1);
        }
        return damages;
    }

    /** All partitions. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int index = 0; index < layout.partitions(); index++) {
            long row = layout.row(index);
            int number = (int) Word.acquire(memory, row + FrameLayout.ROW_NUMBER);
            if (number != 0) {
                int length = Math.clamp(
                        Word.opaque(memory, row + FrameLayout.ROW_NAME_LENGTH),
                        0, FrameLayout.NAME_LIMIT);
                byte[] name = memory.asSlice(row + FrameLayout.ROW_NAME, length)
                        .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                rows.add(new Row(number, new String(name, StandardCharsets.UTF_8),
                        Word.opaque(memory, row + FrameLayout.ROW_MEMORY), control(number)));
            }
        }
        return rows;
    }

    /** The row of a number. */
    public int index(int number) {
        return number % layout.partitions();
    }

    /**
     * A number that nobody ever had, in a free row.
     *
     * @return the number, or 0 when all rows are taken
     */
    public int nextNumber() {
        long next = frame.word(FrameLayout.HEADER_NEXT_NUMBER);
        for (int tries = 0; tries < layout.partitions(); tries++) {
            int number = Math.toIntExact(next + tries);
            if (Word.opaque(memory, layout.row(index(number)) + FrameLayout.ROW_NUMBER) == 0) {
                frame.word(FrameLayout.HEADER_NEXT_NUMBER, number + 1L);
                return number;
            }
        }
        return 0;
    }

    /** Enters a partition; its page and what its peers knew of the row's former owner is cleared. */
    public void add(int number, String name, long bytes) {
        int index = index(number);
        long row = layout.row(index);
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        long page = layout.page(index);
        // A sender may still name a message to the row's former owner: their ids must differ.
        long streams = Word.opaque(memory, page + FrameLayout.PAGE_NEXT_STREAM);
        memory.asSlice(page, layout.pageStride()).fill((byte) 0);
        Word.opaque(memory, page + FrameLayout.PAGE_NEXT_STREAM, streams);
        for (int peer = 0; peer < layout.partitions(); peer++) {
            long words = layout.page(peer) + FrameLayout.PAGE_PEERS + index * FrameLayout.PEER_SIZE;
            memory.asSlice(words, FrameLayout.PEER_SIZE).fill((byte) 0);
        }
        Word.opaque(memory, row + FrameLayout.ROW_MEMORY, bytes);
        Word.opaque(memory, row + FrameLayout.ROW_CONTROL, 0);
        Word.opaque(memory, row + FrameLayout.ROW_BOOTS, 0);
        Word.opaque(memory, row + FrameLayout.ROW_EPOCH, 0);
        Word.opaque(memory, row + FrameLayout.ROW_PROCESSORS, 0);
        Word.opaque(memory, row + FrameLayout.ROW_HOME, 0);
        Word.opaque(memory, row + FrameLayout.ROW_NAME_LENGTH, text.length);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, memory, row + FrameLayout.ROW_NAME,
                text.length);
        Word.release(memory, row + FrameLayout.ROW_NUMBER, number);
    }

    /** Removes a partition: its number is retired. */
    public void remove(int number) {
        Word.release(memory, layout.row(index(number)) + FrameLayout.ROW_NUMBER, 0);
    }

    /** Bytes of the memory that a partition was given. */
    public long bytes(int number) {
        return Word.opaque(memory, layout.row(index(number)) + FrameLayout.ROW_MEMORY);
    }

    /** Notes that a partition is given more. */
    public void bytes(int number, long bytes) {
        Word.opaque(memory, layout.row(index(number)) + FrameLayout.ROW_MEMORY, bytes);
    }

    /** Whether a number is a partition's at present. */
    public boolean known(int number) {
        return number > 0
                && Word.opaque(memory,
                        layout.row(index(number)) + FrameLayout.ROW_NUMBER) == number;
    }

    /** Index of the control area of a partition's IPCA, or -1. */
    public int control(int number) {
        return Math.toIntExact(
                Word.acquire(memory, layout.row(index(number)) + FrameLayout.ROW_CONTROL) - 1);
    }

    /** Switches a partition's IPCA to another control area, or none (-1), in one store. */
    public void control(int number, int control) {
        Word.release(memory, layout.row(index(number)) + FrameLayout.ROW_CONTROL, control + 1L);
    }

    /** A remap: one release store switches the look-up, and the epoch rises. */
    public void moved(int number, int control) {
        Word.getAndAdd(memory, layout.row(index(number)) + FrameLayout.ROW_EPOCH, 1);
        control(number, control);
    }

    /** Where a partition's IPCA was made, however often it has moved since; or null. Any thread. */
    public MemoryRange home(int number) {
        long word = Word.acquire(memory, layout.row(index(number)) + FrameLayout.ROW_HOME);
        long size = 1L << (word & HOME_SIZE);
        long base = word & ~HOME_SIZE;
        return base <= 0 || base > memory.byteSize() || size > memory.byteSize() - base
                ? null
                : new MemoryRange(base, size);
    }

    /** Notes where a partition's IPCA is made: a multiple of 4 KiB, and a power of two of bytes. */
    public void home(int number, MemoryRange range) {
        Word.release(memory, layout.row(index(number)) + FrameLayout.ROW_HOME,
                range.base() | Long.numberOfTrailingZeros(range.size()));
    }

    /** How many processors a partition's latest boot declared; 0 before the first. */
    public int processors(int number) {
        return count(word(number));
    }

    /** How many processors a partition was about to own when the process ended, or 0. */
    public int settling(int number) {
        return count(word(number) >>> Integer.SIZE);
    }

    /**
     * Notes how many processors a partition declares, and how many it is about to own, or 0 when it owns
     * them: so that a kill between the stores is put right, once.
     */
    public void processors(int number, int declared, int settling) {
        Word.release(memory, layout.row(index(number)) + FrameLayout.ROW_PROCESSORS,
                declared | (long) settling << Integer.SIZE);
    }

    private long word(int number) {
        return Word.acquire(memory, layout.row(index(number)) + FrameLayout.ROW_PROCESSORS);
    }

    private static int count(long word) {
        return Math.clamp((int) word, 0, FrameDescription.MAX_PROCESSORS);
    }

    /** Counts a boot. */
    public long boot(int number) {
        return 1 + Word.getAndAdd(memory, layout.row(index(number)) + FrameLayout.ROW_BOOTS, 1);
    }

    /** How often a partition has booted. */
    public long boots(int number) {
        return Word.opaque(memory, layout.row(index(number)) + FrameLayout.ROW_BOOTS);
    }
}
