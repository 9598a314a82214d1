package org.brattice.hypervisor.vsr;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;

/**
 * One message larger than a record, in chunks (S8): each an ordinary record, the lease free between
 * them, so that other senders' messages pass. At most one record's bytes are on their way from the
 * sender's memory at a time; room in the IPCA is the backpressure.
 */
final class ChunkedSend {
    private final Vsr vsr;
    private final Holder me;
    private final int receiver;
    private final Streams streams;

    ChunkedSend(Vsr vsr, Holder me, int receiver, Streams streams) {
        this.vsr = vsr;
        this.me = me;
        this.receiver = receiver;
        this.streams = streams;
    }

    /** Sends all chunks; the position of the last, or why it never became a whole message. */
    long send(Delivery delivery, Doorbell doorbell) {
        int entry = vsr.openStream(me, receiver, streams, delivery.waitNanos());
        if (entry < 0) {
            return entry;
        }
        long stream = streams.id(entry);
        long total = me.outgoing.bytes();
        long result = IpcaService.NO_ROOM;
        boolean whole = false;
        try {
            for (long offset = 0; offset < total;) {
                if (!streams.open(entry, stream)) {
                    return IpcaService.REFUSED;
                }
                long length = Math.min(total - offset, vsr.recordLimit(receiver)
                        - (RecordLayout.CHUNK_HEADER - RecordLayout.HEADER));
                if (length <= 0) {
                    return IpcaService.NO_IPCA;
                }
                boolean last = offset + length == total;
                me.outgoing.chunk(stream, entry, offset, length);
                if (last && delivery.notifies()) {
                    me.outgoing.notifies();
                }
                result = vsr.write(me, receiver, delivery.waitNanos());
                if (result < 0) {
                    return result;
                }
                whole = last;
                if (last) {
                    streams.complete(entry, stream);
                } else {
                    streams.committed(entry, result);
                }
                offset += length;
            }
            return result;
        } finally {
            if (!whole) {
                streams.abort(entry, stream);
                vsr.streamFreed(receiver);
                doorbell.ring();
            }
        }
    }
}
