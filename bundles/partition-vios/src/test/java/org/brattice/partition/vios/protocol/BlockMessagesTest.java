package org.brattice.partition.vios.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

import org.brattice.partition.vios.FakeMessage;
import org.junit.jupiter.api.Test;

class BlockMessagesTest {
    private final byte[] bytes = new byte[24];
    private final MemorySegment segment = MemorySegment.ofArray(bytes);
    private final FakeMessage message = new FakeMessage(1, bytes);

    @Test
    void shouldWriteARequestAsDocumented() {
        var request = new BlockRequest(BlockRequest.READ, 0x10000, 0x0102030405060708L, 0x2000);
        request.write(segment);
        assertArrayEquals(HexFormat.of().parseHex(
                "02000000" + "00000100" + "0807060504030201" + "0020000000000000"), bytes);
        assertEquals(request, BlockRequest.of(message));
        assertFalse(BlockReply.isReply(message));
    }

    @Test
    void shouldWriteAReplyAsDocumented() {
        var reply = new BlockReply(BlockRequest.READ, BlockReply.TOO_LONG, 7, 0x2000);
        reply.write(segment);
        assertArrayEquals(HexFormat.of().parseHex(
                "02000080" + "03000000" + "0700000000000000" + "0020000000000000"), bytes);
        assertTrue(BlockReply.isReply(message));
        assertEquals(reply, BlockReply.of(message));
    }

    @Test
    void shouldTakeNoShortMessageForAReply() {
        new BlockReply(BlockRequest.READ, BlockReply.OK, 7, 0).write(segment);
        assertFalse(BlockReply.isReply(new FakeMessage(1, segment.asSlice(0, 23))));
    }

    @Test
    void shouldTakeZerosForNoRequest() {
        assertEquals(new BlockRequest(BlockRequest.NONE, 24, 0, 0), BlockRequest.of(message));
    }
}
