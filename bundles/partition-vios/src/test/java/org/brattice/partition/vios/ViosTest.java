package org.brattice.partition.vios;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.brattice.api.IpcaService;
import org.brattice.api.Move;
import org.brattice.api.Resource;
import org.brattice.partition.vios.protocol.BlockReply;
import org.brattice.partition.vios.protocol.BlockRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViosTest {
    private static final int CLIENT = 5;
    private final FakeIpca ipca = new FakeIpca();
    private final FakeBoot boot = new FakeBoot(new byte[300_000]);
    private final Vios vios = new Vios(ipca);

    @BeforeEach
    void bootWithRandomBytes() {
        new Random(1).nextBytes(boot.device);
        vios.boot(boot);
    }

    @Test
    void shouldDescribeTheDevice() {
        request(CLIENT, BlockRequest.DESCRIBE, 0, 77, 0);
        FakeMessage reply = reply(0);
        assertEquals(new BlockReply(BlockRequest.DESCRIBE, BlockReply.OK, 77, 0),
                BlockReply.of(reply));
        assertEquals(300_000, reply.getLong(BlockReply.BYTES));
        assertEquals((128 << 10) - BlockReply.BYTES, reply.getInt(BlockReply.BYTES + 8));
    }

    @Test
    void shouldServeTheBytesOfTheDevice() {
        request(CLIENT, BlockRequest.READ, 70_000, 78, 230_000);
        assertEquals(CLIENT, ipca.sent.getFirst().receiver());
        assertEquals(new BlockReply(BlockRequest.READ, BlockReply.OK, 78, 230_000),
                BlockReply.of(reply(0)));
        assertArrayEquals(Arrays.copyOfRange(boot.device, 230_000, 300_000), data(0));
    }

    @ParameterizedTest
    @CsvSource({"300000, 1", "299999, 2", "-1, 1", "0, 0", "0, -1", "0, 300001",
            "9223372036854775807, 2147483647"})
    void shouldRefuseARangeThatIsNotOnTheDevice(long offset, int length) {
        request(CLIENT, BlockRequest.READ, length, 1, offset);
        assertRefused(BlockReply.OUT_OF_RANGE, "offset=" + offset + " length=" + length
                + " is not on the device: size=300000");
    }

    @Test
    void shouldRefuseWhatDoesNotFitInOneReply() {
        request(CLIENT, BlockRequest.READ, 128 << 10, 1, 0);
        assertRefused(BlockReply.TOO_LONG,
                "length=131072 does not fit in one reply: ask for at most "
                        + ((128 << 10) - BlockReply.BYTES));
    }

    @Test
    void shouldRefuseAnUnknownOp() {
        request(CLIENT, 9, 0, 1, 0);
        assertRefused(BlockReply.MALFORMED, "op=9 is unknown: use 1 (describe) or 2 (read)");
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "23", "25", "5000"})
    void shouldRefuseAMessageOfAnotherLength(int length) {
        vios.message(new FakeMessage(CLIENT, new byte[length]));
        assertRefused(BlockReply.MALFORMED, "bytes=" + length
                + " are no request: send 24 bytes with op 1 (describe) or 2 (read)");
    }

    @Test
    void shouldCutAReasonThatTheClientHasNoRoomFor() {
        ipca.limit = BlockReply.BYTES + 4;
        request(CLIENT, 9, 0, 1, 0);
        assertEquals("op=9", new String(data(0), UTF_8));
    }

    @Test
    void shouldReportADeviceThatCannotBeRead() {
        boot.broken = true;
        request(CLIENT, BlockRequest.READ, 512, 1, 1024);
        assertRefused(BlockReply.DEVICE_ERROR, "slot=U1-P1-C1 offset=1024: sector unreadable");
    }

    @Test
    void shouldNeverAnswerAReply() {
        request(CLIENT, 9, 0, 1, 0);
        vios.message(reply(0));
        assertEquals(1, ipca.sent.size());
    }

    @Test
    void shouldAnswerLaterWhoHasNoRoomNow() {
        ipca.refusals.put(CLIENT, IpcaService.NO_ROOM);
        request(CLIENT, BlockRequest.READ, 10, 1, 0);
        request(CLIENT, BlockRequest.READ, 10, 2, 10);
        request(6, BlockRequest.READ, 10, 3, 0);
        assertEquals(1, ipca.sent.size(), "only the other client was answered");
        assertEquals(2, ipca.waits, "a client in the backlog is not waited for again");
        vios.tick();
        assertEquals(1, ipca.sent.size());

        ipca.refusals.clear();
        vios.tick();
        assertEquals(3, ipca.sent.size());
        assertEquals(1, BlockReply.of(reply(1)).tag());
        assertEquals(2, BlockReply.of(reply(2)).tag());
        assertArrayEquals(Arrays.copyOfRange(boot.device, 10, 20), data(2));
    }

    @Test
    void shouldAnswerTheBacklogWhenTheClientAsksAgain() {
        ipca.refusals.put(CLIENT, IpcaService.DEADLOCK);
        request(CLIENT, BlockRequest.READ, 10, 1, 0);
        ipca.refusals.clear();
        request(CLIENT, BlockRequest.READ, 10, 2, 0);
        assertEquals(2, ipca.sent.size());
    }

    @Test
    void shouldForgetWhatTheBacklogHasNoRoomFor() {
        ipca.refusals.put(CLIENT, IpcaService.NO_ROOM);
        for (int i = 0; i < Backlog.LIMIT + 10; i++) {
            request(CLIENT, BlockRequest.READ, 10, i + 1, 0);
        }
        ipca.refusals.clear();
        vios.tick();
        vios.tick();
        assertEquals(Backlog.LIMIT, ipca.sent.size());
    }

    @Test
    void shouldForgetAClientWithoutAnIpca() {
        ipca.refusals.put(CLIENT, IpcaService.NO_IPCA);
        request(CLIENT, BlockRequest.READ, 10, 1, 0);
        ipca.refusals.clear();
        vios.tick();
        assertTrue(ipca.sent.isEmpty());
    }

    @Test
    void shouldSayWhoServesWhatHasMovedAway() {
        boot.slots = List.of();
        request(CLIENT, BlockRequest.READ, 512, 1, 0);
        assertRefused(BlockReply.MOVED, "");
        vios.relocated(move("vios2", Move.State.UNDONE));
        vios.relocated(move("vios2", Move.State.DONE));
        request(CLIENT, BlockRequest.READ, 512, 1, 0);
        assertEquals(new BlockReply(BlockRequest.READ, BlockReply.MOVED, 1, 0),
                BlockReply.of(reply(1)));
        assertEquals("vios2", new String(data(1), UTF_8));
        request(CLIENT, BlockRequest.DESCRIBE, 0, 2, 0);
        assertEquals("vios2", new String(data(2), UTF_8));
    }

    @Test
    void shouldServeWhatMovesHere() {
        boot.slots = List.of();
        Vios second = new Vios(ipca);
        second.boot(boot);
        MemorySegment bytes = MemorySegment.ofArray(new byte[BlockRequest.BYTES]);
        new BlockRequest(BlockRequest.READ, 10, 3, 0).write(bytes);
        second.message(new FakeMessage(CLIENT, bytes));
        assertEquals(BlockReply.MOVED, BlockReply.of(reply(0)).status());

        boot.slots = List.of(FakeBoot.SLOT);
        second.relocated(move("vios", Move.State.DONE));
        second.message(new FakeMessage(CLIENT, bytes));
        assertArrayEquals(Arrays.copyOfRange(boot.device, 0, 10), data(1));
    }

    @Test
    void shouldNeverServeAnotherDiskUnderItsClients() {
        boot.slots = List.of("U1-P1-C0", FakeBoot.SLOT);
        vios.relocated(move("U1-P1-C0", 3, "vios", 1, Move.State.DONE));
        request(CLIENT, BlockRequest.READ, 10, 1, 0);
        assertArrayEquals(Arrays.copyOfRange(boot.device, 0, 10), data(0));
        boot.slots = List.of("U1-P1-C0");
        vios.relocated(move(FakeBoot.SLOT, 1, "vios2", 2, Move.State.DONE));
        request(CLIENT, BlockRequest.READ, 10, 2, 0);
        assertEquals("vios2", new String(data(1), UTF_8));
    }

    private static Move move(String to, Move.State state) {
        return move(FakeBoot.SLOT, 1, to, to.equals("vios") ? 1 : 2, state);
    }

    private static Move move(String slot, int from, String to, int number, Move.State state) {
        return new Move(1, new Resource.Slot(slot), "x", from, to, number, state, Instant.EPOCH,
                Instant.EPOCH, "", "");
    }

    private void assertRefused(int status, String reason) {
        assertEquals(1, ipca.sent.size());
        assertEquals(status, BlockReply.of(reply(0)).status());
        assertEquals(reason, new String(data(0), UTF_8));
    }

    private void request(int client, int op, int length, long tag, long offset) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[BlockRequest.BYTES]);
        new BlockRequest(op, length, tag, offset).write(bytes);
        vios.message(new FakeMessage(client, bytes));
    }

    private FakeMessage reply(int index) {
        return new FakeMessage(1, ipca.sent.get(index).payload());
    }

    private byte[] data(int index) {
        byte[] payload = ipca.sent.get(index).payload();
        return Arrays.copyOfRange(payload, BlockReply.BYTES, payload.length);
    }
}
