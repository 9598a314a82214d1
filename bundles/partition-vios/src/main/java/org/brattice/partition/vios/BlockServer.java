package org.brattice.partition.vios;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;

import org.brattice.api.BlockDevice;
import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.partition.vios.protocol.BlockReply;
import org.brattice.partition.vios.protocol.BlockRequest;

/**
 * Answers requests from one device. The device fills partition memory, and from there the
 * hypervisor's one copy puts header and block into the client's IPCA.
 */
final class BlockServer {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /** How long requests wait for a device that is about to come. */
    private static final long AWAIT_NANOS = Duration.ofSeconds(6).toNanos();

    private final IpcaService ipca;
    private BlockDevice device;
    private long size;
    /** Who serves what was served here, when there is no device; or "". */
    private String movedTo = "";
    private boolean awaiting;
    private long awaitingSince;
    private final MemorySegment header;
    private final MemorySegment data;

    /** @param memory holds the one reply that is being made */
    BlockServer(IpcaService ipca, MemorySegment memory) {
        this.ipca = ipca;
        this.header = memory.asSlice(0, BlockReply.BYTES);
        this.data = memory.asSlice(BlockReply.BYTES);
    }

    /** Serves a device from now on. */
    void serve(BlockDevice newDevice) {
        device = newDevice;
        awaiting = false;
        size = newDevice.size();
    }

    /** Has no device any more; another partition serves it, or nobody (""). */
    void moved(String to) {
        device = null;
        awaiting = false;
        movedTo = to;
    }

    /** Has no device yet, and is about to get that of another server: until then requests wait. */
    void awaits(String from) {
        moved(from);
        awaiting = true;
        awaitingSince = System.nanoTime();
    }

    /** Tells a client of another server to ask here from now on. */
    void redirect(int client, BlockRequest request, String here, Delivery delivery) {
        refuse(client, request, BlockReply.MOVED, here, delivery);
    }

    /** Answers a request; false when the client has no room, or it must wait; true when nothing is left to do. */
    boolean answer(int client, BlockRequest request, Delivery delivery) {
        if (awaiting && System.nanoTime() - awaitingSince < AWAIT_NANOS) {
            return false;
        }
        if (device == null) {
            return refuse(client, request, BlockReply.MOVED, movedTo, delivery);
        }
        return switch (request.op()) {
            case BlockRequest.DESCRIBE -> describe(client, request, delivery);
            case BlockRequest.READ -> read(client, request, delivery);
            case BlockRequest.NONE -> refuse(client, request, BlockReply.MALFORMED,
                    "bytes=" + request.length() + " are no request: send " + BlockRequest.BYTES
                            + " bytes with op 1 (describe) or 2 (read)",
                    delivery);
            default -> refuse(client, request, BlockReply.MALFORMED,
                    "op=" + request.op() + " is unknown: use 1 (describe) or 2 (read)", delivery);
        };
    }

    private boolean describe(int client, BlockRequest request, Delivery delivery) {
        data.set(LONG, 0, size);
        data.set(INT, Long.BYTES, longest(client));
        return reply(client, request, BlockReply.OK, BlockReply.DESCRIPTION_BYTES, delivery);
    }

    private boolean read(int client, BlockRequest request, Delivery delivery) {
        int length = request.length();
        long offset = request.offset();
        if (length <= 0 || offset < 0 || offset > size - length) {
            return refuse(client, request, BlockReply.OUT_OF_RANGE, "offset=" + offset + " length="
                    + length + " is not on the device: size=" + size, delivery);
        }
        if (length > longest(client)) {
            return refuse(client, request, BlockReply.TOO_LONG, "length=" + length
                    + " does not fit in one reply: ask for at most " + longest(client), delivery);
        }
        try {
            device.read(offset, data.asSlice(0, length));
        } catch (HypervisorCallException e) {
            // It has just changed hands: to whom is told next.
            return refuse(client, request, BlockReply.MOVED, "", delivery);
        } catch (IOException e) {
            return refuse(client, request, BlockReply.DEVICE_ERROR,
                    "slot=" + device.location() + " offset=" + offset + ": " + e.getMessage(),
                    delivery);
        }
        return reply(client, request, BlockReply.OK, length, delivery);
    }

    private boolean refuse(int client, BlockRequest request, int status, String reason,
            Delivery delivery) {
        byte[] text = reason.getBytes(UTF_8);
        int length = Math.clamp(longest(client), 0, text.length);
        MemorySegment.copy(text, 0, data, ValueLayout.JAVA_BYTE, 0, length);
        return reply(client, request, status, length, delivery);
    }

    private boolean reply(int client, BlockRequest request, int status, int length,
            Delivery delivery) {
        new BlockReply(request.op(), status, request.tag(), request.offset()).write(header);
        long sent = ipca.send(client, List.of(header, data.asSlice(0, length)), delivery);
        return sent != IpcaService.NO_ROOM && sent != IpcaService.DEADLOCK;
    }

    /** Data bytes of the longest reply to a client; not positive while it has no IPCA. */
    private int longest(int client) {
        return (int) Math.min(data.byteSize(), ipca.recordLimit(client) - BlockReply.BYTES);
    }
}
