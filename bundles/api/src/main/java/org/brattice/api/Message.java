package org.brattice.api;

import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A message as it lies in the receiver's IPCA, read in place. One object serves all messages of a
 * boot: it shows the one being handled and throws {@link IllegalStateException} when used after its
 * handler has returned, or on another thread.
 *
 * <p>Offsets and lengths are in bytes of the payload; numbers are little-endian and need no
 * alignment. Accesses outside the payload throw {@link IndexOutOfBoundsException}.
 */
@ProviderType
public interface Message {
    /** Number of the sender, established by the hypervisor. */
    int source();

    /** Name of the sender. */
    String sourceName();

    /** With the receiver, the message's identity: 64 bits, never used again while the frame lives. */
    long position();

    /** 1, or how often it has been offered when handlers failed or a restart came between. */
    int attempt();

    /** Bytes of the payload. */
    int length();

    byte getByte(long offset);

    int getInt(long offset);

    long getLong(long offset);

    /** Copies a part of the payload; allocates nothing. */
    void copyTo(long offset, MemorySegment target, long targetOffset, long length);

    /**
     * The payload in place, read-only. Copy what you keep: behind the handler's end the segment may
     * show zeros or later messages of this partition; when the boot has ended it throws.
     */
    MemorySegment payload();

    /** A copy of the payload as UTF-8 text. */
    String text();
}
