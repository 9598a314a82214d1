package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.brattice.partition.vios.protocol.BlockReply;
import org.brattice.partition.vios.protocol.BlockRequest;

/** Answers block requests from an array, and remembers the reads. */
final class FakeServer {
    final byte[] device;
    final List<Long> offsets = new ArrayList<>();
    int longest = 100_000;
    int number = FakeIpca.SERVER;

    FakeServer(byte[] device) {
        this.device = device;
    }

    FakeMessage answer(byte[] request) {
        BlockRequest asked = BlockRequest.of(new FakeMessage(0, 0, request));
        if (asked.op() == BlockRequest.DESCRIBE) {
            byte[] data = ByteBuffer.allocate(BlockReply.DESCRIPTION_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN).putLong(device.length).putInt(longest).array();
            return reply(asked, BlockReply.OK, data);
        }
        offsets.add(asked.offset());
        int from = (int) asked.offset();
        byte[] data = Arrays.copyOfRange(device, from, from + asked.length());
        return reply(asked, BlockReply.OK, data);
    }

    static FakeMessage reply(byte[] request, int status, String text) {
        return reply(FakeIpca.SERVER, BlockRequest.of(new FakeMessage(0, 0, request)), status,
                text.getBytes());
    }

    private FakeMessage reply(BlockRequest asked, int status, byte[] data) {
        return reply(number, asked, status, data);
    }

    private static FakeMessage reply(int number, BlockRequest asked, int status, byte[] data) {
        byte[] bytes = new byte[BlockReply.BYTES + data.length];
        new BlockReply(asked.op(), status, asked.tag(), asked.offset())
                .write(MemorySegment.ofArray(bytes));
        System.arraycopy(data, 0, bytes, BlockReply.BYTES, data.length);
        return new FakeMessage(number, 0, bytes);
    }
}
