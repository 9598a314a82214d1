package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The frame's memory: the hypervisor at address 0, then the memory blocks that it divides (S0).
 * Addresses are frame addresses, offsets into {@link #memory}. Header words are written by the
 * hypervisor's control thread alone.
 */
public final class Frame implements AutoCloseable {
    private final FrameDescription description;
    private final FrameLayout layout;
    private final FrameFile file;
    private final MemorySegment memory;
    private final boolean attached;

    private Frame(FrameDescription description, FrameFile file) throws IOException {
        this.description = description;
        this.file = file;
        long present = file.size();
        this.attached = holdsFrame();
        this.layout = FrameLayout.of(description.memory(), description.block(),
                description.partitions(),
                attached ? processors(present) : description.processors(), description.stores());
        if (!attached) {
            create();
        }
        // Mapping more than there is would make the file longer, and sparse.
        this.memory = file.map(attached
                ? Math.min(present, description.memory())
                : description.memory());
        if (attached) {
            if (present >= FrameLayout.HEADER_SIZE) {
                checkSame();
            }
            checkWhole(present);
            file.vanished().found(
                    new UUID(word(FrameLayout.HEADER_ID), word(FrameLayout.HEADER_ID + 8)));
        }
        file.take(memory);
        file.keep();
        word(FrameLayout.HEADER_STARTS, word(FrameLayout.HEADER_STARTS) + 1);
    }

    /** Opens the frame in a data directory, or creates it. */
    public static Frame open(Path data, FrameDescription description) throws IOException {
        return open(data, description, false);
    }

    /**
     * Opens the frame in a data directory, or creates it.
     *
     * @param renew whether a frame that was there and is gone may be replaced by a new one
     * @throws IOException with what to do, as when it may not
     */
    public static Frame open(Path data, FrameDescription description, boolean renew)
            throws IOException {
        FrameFile file = FrameFile.open(data, description, renew);
        try {
            return new Frame(description, file);
        } catch (UncheckedIOException e) {
            file.abandon();
            throw new IOException(e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            file.abandon();
            throw e;
        }
    }

    /** Only what is empty or all zero may become a frame. */
    private boolean holdsFrame() throws IOException {
        return switch (file.contents()) {
            case FRAME -> true;
            case NOTHING -> {
                file.checkRoom();
                yield false;
            }
            case FOREIGN -> throw new IOException("file=" + file.backing() + " is no frame memory:"
                    + " it is damaged where it must say BRATTICE, or somebody else's; put the"
                    + " frame back, or move the file away and start with --new-frame");
        };
    }

    /** The processor map keeps the size that it was made with. */
    private int processors(long present) throws IOException {
        if (present < FrameLayout.HEADER_SIZE) {
            return description.processors();
        }
        MemorySegment header = file.map(FrameLayout.HEADER_SIZE);
        return Math.clamp(Word.opaque(header, FrameLayout.HEADER_PROCESSORS), 0,
                FrameDescription.MAX_PROCESSORS);
    }

    private void create() throws IOException {
        UUID id = UUID.randomUUID();
        file.vanished().begin(id);
        file.zero(0, layout.hypervisorSize());
        file.zero(description.memory() - 1, 1);
        ByteBuffer header = ByteBuffer.allocate((int) FrameLayout.HEADER_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN);
        Map.ofEntries(Map.entry(0L, FrameLayout.MAGIC),
                Map.entry(FrameLayout.HEADER_VERSION, FrameLayout.VERSION),
                Map.entry(FrameLayout.HEADER_MEMORY, description.memory()),
                Map.entry(FrameLayout.HEADER_BLOCK, description.block()),
                Map.entry(FrameLayout.HEADER_PARTITIONS, (long) description.partitions()),
                Map.entry(FrameLayout.HEADER_NEXT_NUMBER, 1L),
                Map.entry(FrameLayout.HEADER_RETRY, description.stores().retry()),
                Map.entry(FrameLayout.HEADER_LETTERS, description.stores().letters()),
                Map.entry(FrameLayout.HEADER_FAULTS, description.stores().faults()),
                Map.entry(FrameLayout.HEADER_NEXT_LETTER, 1L),
                Map.entry(FrameLayout.HEADER_PROCESSORS, (long) layout.processors()),
                Map.entry(FrameLayout.HEADER_MOVES, description.stores().moves()),
                Map.entry(FrameLayout.HEADER_ID, id.getMostSignificantBits()),
                Map.entry(FrameLayout.HEADER_ID + 8, id.getLeastSignificantBits()))
                .forEach((offset, word) -> header.putLong(offset.intValue(), word));
        file.write(header, 0);
    }

    private void checkSame() {
        same("layout version", FrameLayout.HEADER_VERSION, FrameLayout.VERSION);
        sameSize("memory", FrameLayout.HEADER_MEMORY, description.memory());
        sameSize("block", FrameLayout.HEADER_BLOCK, description.block());
        same("partitions", FrameLayout.HEADER_PARTITIONS, description.partitions());
        StoreSizes stores = description.stores();
        sameSize("retry.store", FrameLayout.HEADER_RETRY, stores.retry());
        sameSize("dead.letters", FrameLayout.HEADER_LETTERS, stores.letters());
        sameSize("fault.log", FrameLayout.HEADER_FAULTS, stores.faults());
        sameSize("move.journal", FrameLayout.HEADER_MOVES, stores.moves());
        same("words for processors", FrameLayout.HEADER_PROCESSORS, layout.processors());
        if (description.processors() > layout.processors()) {
            throw new IllegalArgumentException("processors=" + description.processors()
                    + " must be at most " + layout.processors() + ", for which the frame memory in "
                    + file.backing()
                    + " was made: lower it, or delete that file, start with --new-frame and lose its messages");
        }
    }

    private void checkWhole(long present) {
        if (present < description.memory()) {
            throw new IllegalArgumentException("frame memory in " + file.backing()
                    + " was cut short: bytes=" + present + " of memory="
                    + Size.text(description.memory())
                    + "; put the file back, or delete it, start with --new-frame and lose its messages");
        }
    }

    private void sameSize(String key, long offset, long expected) {
        same(key, word(offset) == expected, Size.text(expected), Size.text(word(offset)));
    }

    private void same(String key, long offset, long expected) {
        same(key, word(offset) == expected, Long.toString(expected), Long.toString(word(offset)));
    }

    private void same(String key, boolean same, String expected, String found) {
        if (!same) {
            throw new IllegalArgumentException(key + "=" + expected + " differs from " + key + "="
                    + found + " of the frame memory in " + file.backing()
                    + ": put the description back, or delete that file, start with --new-frame and lose its messages");
        }
    }

    /** A header word. */
    public long word(long offset) {
        return Word.opaque(memory, offset);
    }

    /** Sets a header word. */
    public void word(long offset, long value) {
        Word.opaque(memory, offset, value);
    }

    public FrameDescription description() {
        return description;
    }

    public FrameLayout layout() {
        return layout;
    }

    /** All of the frame; lives as long as somebody can reach it. */
    public MemorySegment memory() {
        return memory;
    }

    /** Whether it was there before this start. */
    public boolean attached() {
        return attached;
    }

    /** What was lost with a frame that had vanished before this start, in words, or null. */
    public String loss() {
        return file.vanished().loss();
    }

    /** Notes outside of the frame what is in it, for when it vanishes. Control thread. */
    public void note(List<String> partitions, long unread) {
        file.vanished().note(partitions, unread);
    }

    /** Gives a range real bytes, all zero. */
    public void zero(long base, long size) {
        file.zero(base, size);
    }

    /** The 4 KiB pages of a range that its file has lost. Control thread. */
    public BitSet lost(long base, long size) {
        return file.lost(base, size);
    }

    /** Where it lies, in words. */
    public String backing() {
        return file.backing();
    }

    /** A revocable view. */
    public View view() {
        return new View(this);
    }

    /** Notes that everything was put in order, and lets another process have the frame. */
    @Override
    public void close() {
        word(FrameLayout.HEADER_CLEAN, word(FrameLayout.HEADER_STARTS));
        FrameHolder.give(memory);
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
