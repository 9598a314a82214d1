package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * A pool of pages in the frame, chained by a table of links. Which are free is known only here: who
 * attaches finds it again by walking the chains. Under the monitor of the store that has it.
 */
final class Pages {
    static final int SIZE = FrameLayout.STORE_PAGE;
    static final int NONE = -1;

    private final MemorySegment memory;
    private final long links;
    private final long base;
    private final int count;
    private final BitSet used = new BitSet();

    /** With the links and the pages at these frame addresses. */
    Pages(MemorySegment memory, long links, long base, int count) {
        this.memory = memory;
        this.links = links;
        this.base = base;
        this.count = count;
    }

    /** Bytes of all pages. */
    long total() {
        return (long) count * SIZE;
    }

    /** Free bytes. */
    long free() {
        return (long) (count - used.cardinality()) * SIZE;
    }

    /** Forgets which pages are used. */
    void clear() {
        used.clear();
    }

    /** Notes that a page of an earlier process's chain is used; false when it cannot be. */
    boolean use(int page) {
        if (page < 0 || page >= count || used.get(page)) {
            return false;
        }
        used.set(page);
        return true;
    }

    void give(int page) {
        used.clear(page);
    }

    /** The page behind one, or {@link #NONE} when the link names no page. */
    int next(int page) {
        long link = Word.opaque(memory, links + page * FrameLayout.LINK_SIZE) - 1;
        return link >= 0 && link < count ? (int) link : NONE;
    }

    /**
     * A chain of free pages for so many bytes, behind a page or, with {@link #NONE}, of its own.
     *
     * @return the first new page, or {@link #NONE} when there is no room or nothing was wanted
     */
    int take(int behind, long bytes) {
        if (bytes <= 0 || bytes > free()) {
            return NONE;
        }
        int first = NONE;
        int last = behind;
        for (long rest = bytes; rest > 0; rest -= SIZE) {
            int page = used.nextClearBit(0);
            used.set(page);
            if (first == NONE) {
                first = page;
            }
            if (last != NONE) {
                link(last, page + 1L);
            }
            last = page;
        }
        link(last, 0);
        return first;
    }

    private void link(int page, long value) {
        Word.opaque(memory, links + page * FrameLayout.LINK_SIZE, value);
    }

    /** Gives back the pages of a chain that hold so many bytes. */
    void give(int first, long bytes) {
        int page = first;
        for (long rest = bytes; rest > 0 && page != NONE; rest -= SIZE) {
            give(page);
            page = next(page);
        }
    }

    /** The page of a chain that so many bytes lead to, the first page being the 0th. */
    int skip(int first, long bytes) {
        int page = first;
        for (long rest = bytes; rest >= SIZE && page != NONE; rest -= SIZE) {
            page = next(page);
        }
        return page;
    }

    /** Copies into a chain, from an offset in its first page. */
    void write(int first, long offset, MemorySegment from, long start, long bytes) {
        int page = skip(first, offset);
        long at = offset % SIZE;
        for (long done = 0; done < bytes;) {
            long piece = Math.min(SIZE - at, bytes - done);
            MemorySegment.copy(from, start + done, memory, address(page) + at, piece);
            done += piece;
            at = 0;
            page = done < bytes ? next(page) : page;
        }
    }

    /**
     * Copies out of a chain, from an offset in its first page.
     *
     * @return false when the chain ends before
     */
    boolean read(int first, long offset, MemorySegment to, long start, long bytes) {
        int page = skip(first, offset);
        long at = offset % SIZE;
        for (long done = 0; done < bytes;) {
            if (page == NONE) {
                return false;
            }
            long piece = Math.min(SIZE - at, bytes - done);
            MemorySegment.copy(memory, address(page) + at, to, start + done, piece);
            done += piece;
            at = 0;
            page = next(page);
        }
        return true;
    }

    /** Frame address of a page. */
    long address(int page) {
        return base + (long) page * SIZE;
    }
}
