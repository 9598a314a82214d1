package org.brattice.api;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ConsumerType;

/** An adapter that reads blocks of bytes: a disk. The partition reaches it as a {@link BlockDevice}. */
@ConsumerType
public non-sealed interface BlockAdapter extends IoAdapter {
    /** Bytes of the device. */
    long size() throws IOException;

    /**
     * Reads from the device.
     *
     * @param offset of the first byte
     * @param target filled completely; the range lies on the device, as {@link #size} said
     */
    void read(long offset, MemorySegment target) throws IOException;
}
