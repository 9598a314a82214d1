package org.brattice.hypervisor.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A revocable grant of frame memory: after {@link #revoke} every access through its segments throws.
 * The mapping below stays, so that even an access that slips through during the revocation meets
 * memory of the frame, which is then in quarantine.
 */
public final class View {
    private final Frame frame;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment tables;

    View(Frame frame) {
        this.frame = frame;
        this.tables = segment(0, frame.layout().hypervisorSize());
    }

    /** The hypervisor's tables, at the same offsets as their frame addresses. */
    public MemorySegment tables() {
        return tables;
    }

    /** A range of the frame. */
    @SuppressWarnings("restricted")
    public MemorySegment segment(long base, long size) {
        return frame.memory().asSlice(base, size).reinterpret(arena, null);
    }

    /** Memory outside the frame, zero, that throws and is freed when the view is revoked. */
    public MemorySegment allocate(long size) {
        return arena.allocate(size, Word.LAYOUT.byteAlignment());
    }

    /** Whether accesses throw. */
    public boolean revoked() {
        return !arena.scope().isAlive();
    }

    /**
     * Revokes; any thread, again and again.
     *
     * @return whether accesses throw: not yet while a thread is inside blocking I/O on the memory
     */
    public boolean revoke() {
        if (!arena.scope().isAlive()) {
            return true;
        }
        try {
            arena.close();
            return true;
        } catch (IllegalStateException e) {
            return !arena.scope().isAlive();
        }
    }
}
