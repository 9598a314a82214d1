package org.brattice.partition.reader;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands being worked on, kept in partition memory: the next boot finds them there.
 *
 * <pre>
 * 0    mark of this layout (8)
 * 256  entries of 256 bytes: requester (4, 0 is free) | bytes of the command (4) | position (8) | command
 * </pre>
 */
final class Journal {
    /** Bytes of partition memory that the journal takes. */
    static final long BYTES = 4096;

    private static final long MARK = 0x3152_4541_4445_5231L;
    private static final long ENTRY = 256;
    private static final long LENGTH = 4;
    private static final long POSITION = 8;
    private static final long COMMAND = 16;

    private final MemorySegment memory;

    /**
     * A command being worked on.
     *
     * @param index of the entry
     * @param requester number of the partition that sent it
     * @param position of the message that brought it
     * @param command its text
     */
    record Entry(int index, int requester, long position, String command) {}

    /** @param memory {@link #BYTES} of partition memory, zero at first boot */
    Journal(MemorySegment memory) {
        this.memory = memory;
        if (memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) != MARK) {
            memory.fill((byte) 0);
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, MARK);
        }
    }

    void put(Entry entry) {
        MemorySegment place = place(entry.index);
        byte[] text = entry.command.getBytes(UTF_8);
        place.set(ValueLayout.JAVA_INT_UNALIGNED, LENGTH, text.length);
        place.set(ValueLayout.JAVA_LONG_UNALIGNED, POSITION, entry.position);
        MemorySegment.copy(text, 0, place, ValueLayout.JAVA_BYTE, COMMAND, text.length);
        // The requester makes the entry valid: it is stored last, should the process be killed here.
        VarHandle.releaseFence();
        place.set(ValueLayout.JAVA_INT_UNALIGNED, 0, entry.requester);
    }

    void clear(int index) {
        place(index).set(ValueLayout.JAVA_INT_UNALIGNED, 0, 0);
    }

    /** The valid ones of the first entries. */
    List<Entry> entries(int limit) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < limit; i++) {
            MemorySegment place = place(i);
            int requester = place.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            int length = place.get(ValueLayout.JAVA_INT_UNALIGNED, LENGTH);
            if (requester != 0 && length >= 0 && length <= ENTRY - COMMAND) {
                byte[] text = place.asSlice(COMMAND, length).toArray(ValueLayout.JAVA_BYTE);
                entries.add(new Entry(i, requester,
                        place.get(ValueLayout.JAVA_LONG_UNALIGNED, POSITION),
                        new String(text, UTF_8)));
            }
        }
        return entries;
    }

    private MemorySegment place(int index) {
        return memory.asSlice(ENTRY + index * ENTRY, ENTRY);
    }
}
