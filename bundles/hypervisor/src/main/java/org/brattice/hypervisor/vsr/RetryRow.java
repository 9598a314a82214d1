package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Blockage;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * The row of a queue in the frame, and the stream of records that its pages hold. The stream is
 * [read, end): each change becomes true by one release store, of the end when a record is appended, of
 * the word of first page and read offset when one is removed. Under the store's monitor.
 */
final class RetryRow {
    private static final int READ_BITS = 40;
    private static final long READ_MASK = (1L << READ_BITS) - 1;

    private final MemorySegment memory;
    private final long at;
    private final Pages pages;
    private boolean open;
    private int lastPage = Pages.NONE;
    private long lastPosition = -1;

    RetryRow(MemorySegment memory, long at, Pages pages) {
        this.memory = memory;
        this.at = at;
        this.pages = pages;
    }

    private long word(long offset) {
        return Word.opaque(memory, at + offset);
    }

    private void store(long offset, long value) {
        Word.release(memory, at + offset, value);
    }

    int receiver() {
        return RecordLayout.low(word(FrameLayout.RETRY_KEY));
    }

    int source() {
        return RecordLayout.high(word(FrameLayout.RETRY_KEY));
    }

    boolean isOpen() {
        return open;
    }

    private long readOffset() {
        return (word(FrameLayout.RETRY_FIRST) & READ_MASK) * RecordLayout.UNIT;
    }

    private int firstPage() {
        return (int) (word(FrameLayout.RETRY_FIRST) >>> READ_BITS) - 1;
    }

    private long end() {
        return word(FrameLayout.RETRY_END);
    }

    /** Bytes of its records. */
    long bytes() {
        return open ? end() - readOffset() : 0;
    }

    /** Position of the first record, of which there is one. */
    long firstPosition() {
        return positionOf(commitWord(firstPage(), readOffset()));
    }

    long lastPosition() {
        return lastPosition;
    }

    /** Begins as an empty queue. */
    void open(int receiver, int source) {
        store(FrameLayout.RETRY_FIRST, 0);
        store(FrameLayout.RETRY_END, 0);
        store(FrameLayout.RETRY_ATTEMPT, 0);
        store(FrameLayout.RETRY_LAST, -1);
        store(FrameLayout.RETRY_KEY, RecordLayout.pack(receiver, source));
        open = true;
    }

    /** Gives back the row and its pages. */
    void free() {
        if (bytes() > 0) {
            pages.give(firstPage(), readOffset() % Pages.SIZE + bytes());
        }
        open = false;
        store(FrameLayout.RETRY_KEY, 0);
    }

    /**
     * Takes over what another process has left, and cuts off what is damaged.
     *
     * @return what was damaged, in words, or null
     */
    String attach() {
        open = true;
        long read = readOffset();
        long end = end();
        lastPosition = Math.max(-1, word(FrameLayout.RETRY_LAST));
        if (end < read || end - read > pages.total() || end % RecordLayout.UNIT != 0) {
            rewind();
            return "read=" + read + " end=" + end + " make no queue; all was cut off";
        }
        if (end == read) {
            rewind();
            return null;
        }
        List<Integer> chain = chain(read, end);
        long whole = Math.min(end, read - read % Pages.SIZE + (long) chain.size() * Pages.SIZE);
        long sound = records(read, Math.max(read, whole));
        int kept = pagesOf(read, sound);
        chain.stream().skip(kept).forEach(pages::give);
        lastPage = kept == 0 ? Pages.NONE : chain.get(kept - 1);
        if (sound == end) {
            return null;
        }
        cut(sound);
        return "damaged behind bytes=" + (sound - read) + "; the rest, bytes=" + (end - sound)
                + ", was cut off";
    }

    /** An empty stream begins anew: offsets that were damaged might have no room in front of them. */
    private void rewind() {
        store(FrameLayout.RETRY_ATTEMPT, 0);
        store(FrameLayout.RETRY_FIRST, 0);
        cut(0);
    }

    private static int pagesOf(long read, long end) {
        return end == read
                ? 0
                : (int) ((read % Pages.SIZE + end - read + Pages.SIZE - 1) / Pages.SIZE);
    }

    /** The pages that hold the stream, as far as nobody else has them. */
    private List<Integer> chain(long read, long end) {
        List<Integer> chain = new ArrayList<>();
        int page = firstPage();
        for (int left = pagesOf(read, end); left > 0 && pages.use(page); left--) {
            chain.add(page);
            page = pages.next(page);
        }
        return chain;
    }

    /** Where the sound records end. */
    private long records(long read, long end) {
        long offset = read;
        int page = firstPage();
        while (offset < end) {
            long size = sizeOf(page, offset, end);
            if (size < 0) {
                return offset;
            }
            lastPosition = Math.max(lastPosition, positionOf(commitWord(page, offset)));
            page = pages.skip(page, offset % Pages.SIZE + size);
            offset += size;
        }
        return offset;
    }

    private void cut(long offset) {
        store(FrameLayout.RETRY_END, offset);
    }

    /** A header never crosses a page's end: pages are whole units. */
    private long commitWord(int page, long offset) {
        return Word.plain(memory, pages.address(page) + offset % Pages.SIZE);
    }

    private static long positionOf(long commitWord) {
        return RecordLayout.positionOf(commitWord);
    }

    /** Bytes of the record at an offset, or -1 when its commit word cannot be true. */
    private long sizeOf(int page, long offset, long end) {
        if (page == Pages.NONE) {
            return -1;
        }
        long size = RecordLayout.sizeOf(commitWord(page, offset));
        return size > 0 && size <= RecordLayout.RECORD_LIMIT && offset + size <= end ? size : -1;
    }

    /** Adds a record; false when there is no room. */
    boolean append(MemorySegment from, long start, long size) {
        long read = readOffset();
        long end = end();
        long inPage = end % Pages.SIZE;
        boolean empty = read == end;
        long room = empty ? -inPage : (Pages.SIZE - inPage) % Pages.SIZE;
        long wanted = Math.max(0, size - room);
        if (wanted > pages.free() || (end + size) / RecordLayout.UNIT > READ_MASK) {
            return false;
        }
        int fresh = pages.take(empty ? Pages.NONE : lastPage, wanted);
        try {
            if (empty) {
                pages.write(fresh, inPage, from, start, size);
                first(fresh, read);
            } else {
                pages.write(lastPage, room == 0 ? Pages.SIZE : inPage, from, start, size);
            }
        } catch (RuntimeException e) {
            pages.give(fresh, wanted);
            throw e;
        }
        lastPosition = Math.max(lastPosition, positionOf(Word.plain(from, start)));
        store(FrameLayout.RETRY_END, end + size);
        if (fresh != Pages.NONE) {
            lastPage = pages.skip(fresh, (wanted - 1) / Pages.SIZE * Pages.SIZE);
        }
        return true;
    }

    private void first(int page, long read) {
        store(FrameLayout.RETRY_FIRST, page + 1L << READ_BITS | read / RecordLayout.UNIT);
    }

    /** Copies the first record; its size, 0 when there is none, -1 when it was damaged and all is cut. */
    long read(MemorySegment to) {
        if (bytes() == 0) {
            return 0;
        }
        long read = readOffset();
        long size = sizeOf(firstPage(), read, end());
        if (size < 0 || !pages.read(firstPage(), read % Pages.SIZE, to, 0, size)) {
            empty();
            return -1;
        }
        return size;
    }

    /** The first record as people are shown it, or null. */
    Blockage.Unread first(MessageView.Names names) {
        if (bytes() == 0) {
            return null;
        }
        long header = pages.address(firstPage()) + readOffset() % Pages.SIZE;
        int length = RecordLayout.low(Word.plain(memory, header + RecordLayout.LENGTH));
        int stamp = RecordLayout.low(Word.plain(memory, header + RecordLayout.STAMP));
        return new Blockage.Unread(firstPosition(), names.name(source()), length, attempt(),
                Duration.ofMillis(Clock.millisSince(stamp)));
    }

    /** Adds copies of its sound records. */
    void records(List<Unread> records) {
        int page = firstPage();
        long end = end();
        for (long offset = readOffset(); offset < end;) {
            long size = sizeOf(page, offset, end);
            if (size < 0) {
                return;
            }
            MemorySegment copy = MemorySegment.ofArray(new long[(int) (size / Long.BYTES)]);
            if (pages.read(page, offset % Pages.SIZE, copy, 0, size)
                    && RecordLayout.whole(copy, size)) {
                int before = RecordLayout.attemptsBefore(
                        RecordLayout.high(Word.plain(copy, RecordLayout.SOURCE)));
                records.add(new Unread(copy, 0, size,
                        offset == readOffset() ? attempt() : before));
            }
            page = pages.skip(page, offset % Pages.SIZE + size);
            offset += size;
        }
    }

    private void empty() {
        pages.give(firstPage(), readOffset() % Pages.SIZE + bytes());
        lastPage = Pages.NONE;
        cut(readOffset());
    }

    int attempt() {
        return Math.max(Attempts.of(word(FrameLayout.RETRY_ATTEMPT), readOffset()),
                attemptsBefore());
    }

    int attemptsBefore() {
        if (bytes() == 0) {
            return 0;
        }
        long header = pages.address(firstPage()) + readOffset() % Pages.SIZE;
        return RecordLayout.attemptsBefore(
                RecordLayout.high(Word.plain(memory, header + RecordLayout.SOURCE)));
    }

    void attempt(int n) {
        store(FrameLayout.RETRY_ATTEMPT, Attempts.word(readOffset(), n));
    }

    /** Takes the first record away. */
    void remove() {
        long read = readOffset();
        long end = end();
        int page = firstPage();
        long size = read == end ? -1 : sizeOf(page, read, end);
        if (size < 0) {
            if (read < end) {
                empty();
            }
            return;
        }
        long passed = read % Pages.SIZE + size;
        store(FrameLayout.RETRY_LAST,
                Math.max(word(FrameLayout.RETRY_LAST), positionOf(commitWord(page, read))));
        if (read + size == end) {
            first(Pages.NONE, end);
            pages.give(page, passed);
            lastPage = Pages.NONE;
            return;
        }
        int rest = pages.skip(page, passed);
        if (rest == Pages.NONE) {
            empty();
            return;
        }
        first(rest, read + size);
        pages.give(page, passed - passed % Pages.SIZE);
    }
}
