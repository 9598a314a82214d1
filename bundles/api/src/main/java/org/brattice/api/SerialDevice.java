package org.brattice.api;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A line of bytes in an I/O slot, as its owner reaches it through the hypervisor. Calls may block: they are not part
 * of the message path.
 */
@ProviderType
public interface SerialDevice {
    /** The slot's location code. */
    String location();

    /**
     * Takes what has come in, without waiting for more.
     *
     * @param target where to, from its beginning
     * @return how many bytes; 0 when nothing is there now, -1 when nothing will come any more
     * @throws HypervisorCallException when the slot is no longer the caller's, or is empty
     */
    int read(MemorySegment target) throws IOException;

    /**
     * Sends all bytes of a source.
     *
     * @throws HypervisorCallException when the slot is no longer the caller's, or is empty; what was sent before
     *         that stays sent
     */
    void write(MemorySegment source) throws IOException;
}
