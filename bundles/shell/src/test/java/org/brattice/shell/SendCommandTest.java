package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;
import org.brattice.api.Tracking.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendCommandTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldSendAText() throws Exception {
        String output = bench.run("send echo hello 1.50 5f true");
        assertEquals("hello 1.50 5f true", sent());
        assertTrue(output.startsWith("sent to=echo bytes=18 position=64 micros="), output);
        assertEquals(new Delivery(5_000_000_000L, false, false, false),
                bench.ipca.deliveries.get(0));
    }

    @Test
    void shouldSendAnEmptyText() throws Exception {
        bench.run("send echo ''");
        assertEquals("", sent());
    }

    @Test
    void shouldSendAFile(@TempDir Path folder) throws Exception {
        byte[] content = new byte[3_000_000];
        content[2_999_999] = 7;
        Path file = Files.write(folder.resolve("content"), content);
        String output = bench.run("send echo --file '" + file + "'");
        assertArrayEquals(content, bench.ipca.payloads.get(0));
        assertTrue(output.contains(" bytes=3000000 "), output);
        assertTrue(output.strip().endsWith("sha256=" + sha256(content)), output);
    }

    @Test
    void shouldSendFillerOfAnySize() throws Exception {
        String output = bench.run("send echo --bytes 3000001 --wait 1s");
        byte[] payload = bench.ipca.payloads.get(0);
        assertEquals(3_000_001, payload.length);
        assertTrue(output.strip().endsWith("sha256=" + sha256(payload)), output);
        bench.run("send echo --bytes 0");
        assertEquals(0, bench.ipca.payloads.get(1).length);
        bench.run("send echo --bytes 2MiB");
        assertEquals(2 << 20, bench.ipca.payloads.get(2).length);
    }

    @Test
    void shouldReportTheNotification() throws Exception {
        bench.ipca.answer = (receiver, payload) -> {
            bench.console.read(receiver, 64);
            return 64L;
        };
        String output = bench.run("send --notify echo hello");
        assertTrue(bench.ipca.deliveries.get(0).notifies());
        assertTrue(output.contains("read by=echo position=64 micros="), output);
    }

    private static Tracking tracking(Tracking.State state, Instant read, Instant acknowledged,
            Instant deleted, Instant givenUp) {
        return new Tracking(2, 64, state, FakeHypervisor.MOMENT, read, acknowledged, deleted,
                givenUp);
    }

    @Test
    void shouldPrintWhatBecomesOfAMessage() throws Exception {
        Instant sent = FakeHypervisor.MOMENT;
        Tracking fresh = tracking(State.NEW, null, null, null, null);
        bench.ipca.tracks.add(fresh);
        bench.ipca.tracks.add(fresh);
        bench.ipca.tracks.add(tracking(State.ACKNOWLEDGED, sent.plusMillis(5),
                sent.plusMillis(6), null, null));
        bench.ipca.tracks.add(tracking(State.DELETED, sent.plusMillis(5), sent.plusMillis(6),
                sent.plusMillis(1500), null));

        List<String> lines = bench.run("send --track echo hello").lines().skip(1).toList();

        assertTrue(bench.ipca.deliveries.get(0).tracks());
        assertEquals(List.of("new 2026-01-02T03:04:05Z",
                "read 2026-01-02T03:04:05.005Z after 0.005s",
                "acknowledged 2026-01-02T03:04:05.006Z after 0.006s",
                "deleted 2026-01-02T03:04:06.500Z after 1.5s"), lines);
    }

    @Test
    void shouldFailWhenATrackedMessageIsGivenUpOrForgottenOrNotDeleted() {
        bench.ipca.tracks.add(tracking(State.GIVEN_UP, null, null, null,
                FakeHypervisor.MOMENT.plusMillis(7)));
        assertEquals("receiver=echo gave up position=64, as its handler threw at every attempt:"
                + " see partition echo", bench.failure("send --track echo hello"));
        assertEquals("position=64 to receiver=echo is tracked no longer: 64 later messages were",
                bench.failure("send --track echo hello"));
        for (int i = 0; i < 100; i++) {
            bench.ipca.tracks.add(tracking(State.NEW, null, null, null, null));
        }
        assertEquals("receiver=echo has not deleted position=64 within wait=50ms: say who console"
                + " echo", bench.failure("send --track --wait 50ms echo hello"));
        assertEquals("options=--all, --track: track one message at a time",
                bench.failure("send --all --track hello"));
    }

    @Test
    void shouldFailWhenTheReceiverGivesUp() {
        bench.console.givenUp(2, 64);
        bench.console.read(2, 128);
        assertEquals("receiver=echo gave up position=64, as its handler threw at every attempt:"
                + " see partition echo", bench.failure("send --notify echo hello"));
    }

    @Test
    void shouldFailWithoutTheNotification() {
        bench.console.read(2, 63);
        assertEquals(
                "receiver=echo has not read position=64 within wait=50ms: say who console echo",
                bench.failure("send --notify --wait 50ms echo hello"));
    }

    @Test
    void shouldShowTheOutcomeOfABroadcastPerReceiver() throws Exception {
        bench.hypervisor.with(FakeHypervisor.running(3, "vios"));
        bench.ipca.outcomes = List.of(new Outcome(2, 64), new Outcome(3, 128));
        String output = bench.run("send --all hello");
        assertEquals("hello", sent());
        assertTrue(output.contains("broadcast sent to 2 of 2 partitions"), output);
        bench.ipca.outcomes = List.of(new Outcome(2, 64), new Outcome(3, IpcaService.NO_ROOM));
        assertEquals("broadcast sent to 1 of 2 partitions: see partitions",
                bench.failure("send --all hello"));
    }

    @Test
    void shouldSayWhyAMessageWasNotSent() {
        assertRefusal(IpcaService.NO_ROOM, "receiver=echo bytes=5: no room in its IPCA"
                + " within wait=5s, try a longer one or say who console echo");
        assertRefusal(IpcaService.NO_IPCA,
                "receiver=echo bytes=5: it has no IPCA, so it can receive nothing");
        assertRefusal(IpcaService.REFUSED,
                "receiver=echo bytes=5: it refuses messages larger than a record");
        assertRefusal(IpcaService.DEADLOCK,
                "receiver=echo bytes=5: it waits for room in the console's own IPCA");
    }

    @Test
    void shouldRefuseWrongInput(@TempDir Path folder) {
        assertEquals("partition=eco is unknown: known are console, echo",
                bench.failure("send eco hello"));
        assertEquals("usage: send NAME TEXT; say help brattice:send for its options",
                bench.failure("send echo"));
        assertEquals("usage: send --all TEXT; say help brattice:send for its options",
                bench.failure("send --all"));
        assertEquals("usage: send NAME; say help brattice:send for its options",
                bench.failure("send echo hello --bytes 5"));
        assertEquals("options=--file, --bytes: give one of them",
                bench.failure("send echo --bytes 5 --file x"));
        assertEquals("file=" + folder + " is not a file that can be read",
                bench.failure("send echo --file '" + folder + "'"));
        assertEquals("bytes=2097152 is more than a record: a broadcast goes in one record to each",
                bench.failure("send --all --bytes 2MiB"));
        assertEquals("option=--loud is unknown: say help brattice:send",
                bench.failure("send --loud echo hello"));
        assertTrue(bench.ipca.payloads.isEmpty());
    }

    private void assertRefusal(long outcome, String message) {
        bench.ipca.answer = (receiver, payload) -> outcome;
        assertEquals(message, bench.failure("send echo hello"));
    }

    private String sent() {
        return new String(bench.ipca.payloads.get(0), StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
