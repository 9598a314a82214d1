package org.brattice.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.peer.Receipt;
import org.brattice.benchmarks.work.Settings;
import org.brattice.benchmarks.work.WorkKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the benchmarks run, not how fast: the smallest piece of each kind of work. */
class WorkTest {
    @TempDir
    private Path target;

    private static Settings settings(String text) {
        return Settings.parse(text);
    }

    private Sheet run(Cell... cells) throws Exception {
        try (Contest contest = new Contest(Contest.emptyLog(target), target)) {
            contest.run(List.of(cells), 1);
            return contest.sheet();
        }
    }

    @Test
    void shouldSendBesideEveryPeer() throws Exception {
        Cell cell = new Cell("smoke", WorkKind.THROUGHPUT,
                settings("senders=1 bytes=64 warm=20 millis=20"), List.of("messages/s"),
                List.of(PeerKind.BRATTICE, PeerKind.BRATTICE_CHECKSUMS,
                        PeerKind.BRATTICE_BATCH, PeerKind.BRATTICE_VSR, PeerKind.BARE_RING,
                        PeerKind.AGRONA_MANY,
                        PeerKind.AERON, PeerKind.DISRUPTOR_MANY, PeerKind.JCTOOLS,
                        PeerKind.EVENT_POST));

        Sheet sheet = run(cell);

        for (PeerKind peer : cell.peers()) {
            assertTrue(sheet.spread(cell, peer, "messages/s").median() > 0, peer.title());
        }
        String table = new Table(sheet).toString();
        assertTrue(table.contains("Aeron IPC"), table);
        assertTrue(Json.write(new Results(sheet).all(Map.of(), List.of(), List.of()))
                .contains("\"raw\": ["));
    }

    @Test
    void shouldMeasureEveryKindOfWork() throws Exception {
        List<PeerKind> ours = List.of(PeerKind.CROWD_64);
        Cell[] cells = {
                new Cell("chunks", WorkKind.THROUGHPUT,
                        settings("senders=2 bytes=1048576 warm=20 millis=100"),
                        List.of("messages/s"), ours),
                new Cell("trip", WorkKind.ROUND_TRIP, settings("bytes=32 warm=10 count=100"),
                        List.of("p50-ns"), ours),
                new Cell("wake", WorkKind.WAKE, settings("bytes=32 pause-us=10 warm=10 count=50"),
                        List.of("p50-ns"), ours),
                new Cell("send", WorkKind.SEND_LATENCY,
                        settings("senders=2 bytes=32 rate=500 parks=true millis=50"),
                        List.of("p50-ns"), ours),
                new Cell("held", WorkKind.HELD_BACK,
                        settings("senders=2 bytes=256 warm=50 millis=50"), List.of("processors"),
                        ours),
                new Cell("all", WorkKind.BROADCAST, settings("warm=1 count=3"), List.of("call-us"),
                        ours),
                new Cell("each", WorkKind.ROUND_ROBIN, settings("rounds=3"), List.of("ns/visit"),
                        ours)};

        Sheet sheet = run(cells);

        assertEquals(cells.length, sheet.cells().size());
    }

    @Test
    void shouldSayWhatAPeerCannotDo() throws Exception {
        Cell cell = new Cell("two", WorkKind.THROUGHPUT,
                settings("senders=2 bytes=32 warm=1 millis=1"), List.of("messages/s"),
                List.of(PeerKind.AGRONA_ONE));

        assertEquals("it takes one sender", run(cell).reason(cell, PeerKind.AGRONA_ONE));
    }

    @Test
    void shouldNoticeALostMessage() {
        Receipt receipt = new Receipt(1);
        receipt.take(0, ~0L);

        assertThrows(IllegalStateException.class, () -> receipt.take(2, ~2L));
        assertThrows(IllegalStateException.class, receipt::count);
    }

    @Test
    void shouldRefuseUnknownWords() {
        assertEquals("word=--fast is unknown: see benchmarks/run --help",
                assertThrows(IllegalArgumentException.class,
                        () -> Arguments.parse(new String[]{"--fast"})).getMessage());
        assertEquals("--only needs a word behind it", assertThrows(IllegalArgumentException.class,
                () -> Arguments.parse(new String[]{"--only"})).getMessage());
    }
}
