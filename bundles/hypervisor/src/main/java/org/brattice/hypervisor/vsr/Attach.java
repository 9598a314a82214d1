package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.brattice.api.MemoryRange;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * Puts an IPCA in order that another process has left, at whatever instant that ended: leases are free,
 * committed messages are kept, a half-written one is gone, what was owed is paid. Control thread, before
 * any partition boots; doing it twice changes nothing.
 */
public final class Attach {
    private static final long PAGE = 4096;
    /** No ring gets that far in centuries: what claims more is damage. */
    private static final long POSITION_LIMIT = 1L << 52;

    private final MemorySegment memory;
    private final FrameLayout layout;

    public Attach(Frame frame) {
        this.memory = frame.memory();
        this.layout = frame.layout();
    }

    /** Told of each source that a receiver had read and not yet acknowledged. */
    public interface Acknowledged {
        /** Whether a source is still known. */
        boolean known(int source);

        /** Whether a message was not handled, but set aside. */
        boolean aside(int receiver, int source, long position);

        /** The chunked messages whose final chunk was set aside: they are sent. */
        Set<Long> completeAside(int receiver);

        /** Whether a message was not handled, but given up. */
        boolean givenUp(int receiver, long position);
    }

    /** Whether a control area names an IPCA in the partition's own memory. */
    public boolean valid(int control, int number, List<MemoryRange> owned) {
        if (control < 0 || control >= layout.controls()) {
            return false;
        }
        long at = layout.controls(control);
        long base = Word.opaque(memory, at + FrameLayout.CONTROL_BASE);
        long size = Word.opaque(memory, at + FrameLayout.CONTROL_RING);
        return Word.opaque(memory, at + FrameLayout.CONTROL_NUMBER) == number
                && Long.bitCount(size) == 1 && size >= PAGE && (base & PAGE - 1) == 0
                && owned.stream().anyMatch(range -> range.contains(base, size));
    }

    /**
     * Repairs an IPCA.
     *
     * @return what was damaged, in words, or null
     */
    public String repair(int control, int number, Acknowledged sources) {
        long at = layout.controls(control);
        MemorySegment ring = memory.asSlice(Word.opaque(memory, at + FrameLayout.CONTROL_BASE),
                Word.opaque(memory, at + FrameLayout.CONTROL_RING));
        Word.opaque(memory, at + FrameLayout.CONTROL_LEASE, Lease.FREE);
        Word.opaque(memory, at + FrameLayout.CONTROL_WAITERS, 0);
        Word.opaque(memory, at + FrameLayout.CONTROL_SLEEPING, 0);
        long head = Word.opaque(memory, at + FrameLayout.CONTROL_HEAD);
        long cursor = Math.max(head, Word.opaque(memory, at + FrameLayout.CONTROL_CURSOR));
        String damage = null;
        if (head < 0 || cursor > POSITION_LIMIT || cursor - head > ring.byteSize()
                || (cursor | head) % RecordLayout.UNIT != 0) {
            new Tracks(memory, layout).lost(number, 0, Long.MAX_VALUE);
            damage = "head=" + head + " cursor=" + cursor + " make no ring; all was cut off";
            head = behindAll(at, ring.byteSize());
            cursor = head;
            Word.opaque(ring, head & ring.byteSize() - 1, 0);
        }
        acknowledge(ring, number, head, cursor, sources);
        Set<Long> complete = new HashSet<>(sources.completeAside(number));
        Chain chain = Chain.of(ring, cursor, (position, size) -> {
            if (RecordLayout.guarded(ring, position, size)) {
                completes(ring, position, complete);
            }
        });
        if (chain.damaged()) {
            new Tracks(memory, layout).lost(number, chain.end(), Long.MAX_VALUE);
            damage = "the commit word at position=" + chain.end() + "; cut there";
        }
        Word.opaque(memory, at + FrameLayout.CONTROL_CURSOR, cursor);
        Word.opaque(memory, at + FrameLayout.CONTROL_HEAD, cursor);
        Word.opaque(memory, at + FrameLayout.CONTROL_CACHED_HEAD, cursor);
        Word.opaque(memory, at + FrameLayout.CONTROL_TAIL, chain.end());
        // What a writer had begun, and what the scanner had not yet wiped.
        Wipe.zero(ring, chain.end(), cursor + ring.byteSize());
        new Streams(memory, layout.page(number % layout.partitions())).attach(chain.end(),
                complete);
        return damage;
    }

    /** A position that no message ever had, as far as the control words can tell. */
    private long behindAll(long at, long capacity) {
        long highest = 0;
        for (long word : new long[]{FrameLayout.CONTROL_HEAD, FrameLayout.CONTROL_CURSOR,
                FrameLayout.CONTROL_TAIL, FrameLayout.CONTROL_CACHED_HEAD}) {
            long position = Word.opaque(memory, at + word);
            if (position <= POSITION_LIMIT) {
                highest = Math.max(highest, position);
            }
        }
        return (highest & -capacity) + 2 * capacity;
    }

    /** Notes the message whose final chunk this is. */
    private static void completes(MemorySegment ring, long position, Set<Long> complete) {
        completesAt(ring, position & (ring.byteSize() - 1), complete);
    }

    /** The same of a record that lies elsewhere than in a ring. */
    static void completesAt(MemorySegment ring, long start, Set<Long> complete) {
        int flags = RecordLayout.high(Word.plain(ring, start + RecordLayout.SOURCE));
        int length = RecordLayout.low(Word.plain(ring, start + RecordLayout.LENGTH));
        if ((flags & RecordLayout.KIND) == RecordLayout.CHUNK
                && Word.plain(ring, start + RecordLayout.OFFSET) + length == Word.plain(ring,
                        start + RecordLayout.TOTAL)) {
            complete.add(Word.plain(ring, start + RecordLayout.STREAM));
        }
    }

    /** Read messages that were not yet deleted may not yet have been acknowledged. */
    void acknowledge(MemorySegment ring, int number, long head, long cursor,
            Acknowledged sources) {
        Peers peers = new Peers(memory, layout);
        Tracks tracks = new Tracks(memory, layout);
        int me = number % layout.partitions();
        Chain.of(ring, head, (position, size) -> {
            long sourceAndFlags = Word.plain(ring,
                    (position & ring.byteSize() - 1) + RecordLayout.SOURCE);
            int source = RecordLayout.low(sourceAndFlags);
            int flags = RecordLayout.high(sourceAndFlags);
            boolean read = position < cursor && RecordLayout.guarded(ring, position, size)
                    && source > 0 && sources.known(source)
                    && !sources.aside(number, source, position);
            if (read && sources.givenUp(number, position)) {
                peers.gaveUp(source % layout.partitions(), me, position);
                tracks.lost(number, position, position + 1);
            } else if (read && (flags & RecordLayout.NOTIFY) != 0) {
                peers.read(source % layout.partitions(), me, position);
                if ((flags & RecordLayout.TRACK) != 0) {
                    tracks.redo(source % layout.partitions(), number, position);
                }
            }
        });
    }

    /** The control words of a fresh, empty IPCA. Its ring is zero. */
    public void create(int control, int number, MemoryRange ipca) {
        long at = layout.controls(control);
        memory.asSlice(at, FrameLayout.CONTROL_SIZE).fill((byte) 0);
        Word.opaque(memory, at + FrameLayout.CONTROL_NUMBER, number);
        Word.opaque(memory, at + FrameLayout.CONTROL_BASE, ipca.base());
        Word.opaque(memory, at + FrameLayout.CONTROL_RING, ipca.size());
        memory.asSlice(ipca.base(), ipca.size()).fill((byte) 0);
    }
}
