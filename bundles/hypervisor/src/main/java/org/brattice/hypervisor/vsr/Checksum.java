package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;

/**
 * CRC32C of bytes of a ring, by way of a small array: a buffer over the ring would keep its view from
 * being revoked meanwhile, and would be garbage. One thread.
 */
final class Checksum {
    private final byte[] bytes = new byte[4096];
    private final CRC32C crc = new CRC32C();

    int of(MemorySegment ring, long at, int length) {
        crc.reset();
        for (int done = 0; done < length;) {
            int piece = Math.min(length - done, bytes.length);
            MemorySegment.copy(ring, ValueLayout.JAVA_BYTE, at + done, bytes, 0, piece);
            crc.update(bytes, 0, piece);
            done += piece;
        }
        return (int) crc.getValue();
    }
}
