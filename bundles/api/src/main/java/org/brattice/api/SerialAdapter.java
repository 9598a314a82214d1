package org.brattice.api;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

import org.osgi.annotation.versioning.ConsumerType;

/** An adapter for a line of bytes in both directions. The partition reaches it as a {@link SerialDevice}. */
@ConsumerType
public non-sealed interface SerialAdapter extends IoAdapter {
    /**
     * Takes what has come in, without waiting for more.
     *
     * @param target where to, from its beginning
     * @return how many bytes; 0 when nothing is there now, -1 when nothing will come any more
     */
    int read(MemorySegment target) throws IOException;

    /** Sends all bytes of a source. */
    void write(MemorySegment source) throws IOException;
}
