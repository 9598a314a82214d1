package org.brattice.api;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A block device in an I/O slot, as its owner reaches it through the hypervisor. Calls may block: they
 * are not part of the message path.
 */
@ProviderType
public interface BlockDevice {
    /** The slot's location code. */
    String location();

    /**
     * Bytes of the device.
     *
     * @throws HypervisorCallException when the slot is no longer the caller's, or is empty
     * @throws java.io.UncheckedIOException when the device is gone
     */
    long size();

    /**
     * Reads from the device.
     *
     * @param offset of the first byte on the device
     * @param target filled completely
     * @throws IndexOutOfBoundsException when the range is not on the device
     * @throws HypervisorCallException when the slot is no longer the caller's, or is empty
     */
    void read(long offset, MemorySegment target) throws IOException;
}
