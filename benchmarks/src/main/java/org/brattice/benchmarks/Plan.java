package org.brattice.benchmarks;

import static org.brattice.benchmarks.peer.PeerKind.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Settings;
import org.brattice.benchmarks.work.WorkKind;

/** Which work is done by whom. Pieces of the same kind follow each other, with the same peers. */
final class Plan {
    private static final List<PeerKind> ONE_SENDER = List.of(BRATTICE, AGRONA_MANY, AERON,
            BRATTICE_CHECKSUMS, BRATTICE_BATCH,
            BRATTICE_VSR, BRATTICE_VIRTUAL, BARE_RING, AGRONA_CHECKED, AGRONA_ONE, DISRUPTOR_ONE,
            DISRUPTOR_MANY, JCTOOLS,
            EVENT_POST, EVENT_SEND, MEMORY_COPY);
    private static final List<PeerKind> MANY_SENDERS = List.of(BRATTICE, AGRONA_MANY,
            BRATTICE_VIRTUAL, AERON, DISRUPTOR_MANY, JCTOOLS, EVENT_POST);
    private static final List<PeerKind> QUICK_SENT_TO = List.of(BRATTICE, AGRONA_MANY, AERON,
            DISRUPTOR_MANY, JCTOOLS, EVENT_POST);
    private static final int LARGE = 64 << 10;

    private final boolean quick;
    private final List<Cell> cells = new ArrayList<>();

    private Plan(boolean quick) {
        this.quick = quick;
        throughput();
        backing();
        crowd();
        roundTrip();
        wake();
        sendLatency();
        heldBack();
        roundRobin();
        broadcast();
    }

    static List<Cell> cells(Arguments arguments) {
        return new Plan(arguments.quick()).cells.stream()
                .filter(cell -> arguments.wants(cell.title())).toList();
    }

    private void throughput() {
        int[] senders = quick ? new int[]{1} : new int[]{1, 2, 4, 16};
        int[] sizes = quick ? new int[]{256} : new int[]{32, 256, 4096, LARGE, 1 << 20};
        for (int count : senders) {
            for (int bytes : sizes) {
                cells.add(throughput("throughput", count, bytes, peers(count, bytes)));
            }
        }
    }

    private List<PeerKind> peers(int senders, int bytes) {
        if (quick) {
            return QUICK_SENT_TO;
        }
        List<PeerKind> peers = new ArrayList<>(senders == 1 ? ONE_SENDER : MANY_SENDERS);
        if (bytes >= LARGE) {
            // A batch is of records, and these go in chunks.
            peers.remove(BRATTICE_BATCH);
        }
        return peers;
    }

    private Cell throughput(String title, int senders, int bytes, List<PeerKind> peers) {
        return new Cell(title + " " + senders + " to 1 " + size(bytes), WorkKind.THROUGHPUT,
                settings("senders", senders, "bytes", bytes, "warm", quick ? 200 : 500, "millis",
                        quick ? 150 : 400),
                List.of("messages/s"), peers);
    }

    private void backing() {
        if (!quick) {
            for (int bytes : new int[]{32, 4096, LARGE}) {
                cells.add(throughput("backing", 1, bytes,
                        List.of(BRATTICE, BRATTICE_DISK, BRATTICE_ANONYMOUS)));
            }
        }
    }

    private void crowd() {
        List<PeerKind> peers = quick
                ? List.of(CROWD_2, CROWD_64)
                : List.of(CROWD_2, CROWD_64, CROWD_1024, CROWD_4096);
        if (!quick) {
            cells.add(throughput("active pair", 1, 256, peers));
        }
        cells.add(new Cell("active pair round trip", WorkKind.ROUND_TRIP, roundTripSettings(32),
                List.of("p50-ns"), peers));
    }

    private Settings roundTripSettings(int bytes) {
        return settings("bytes", bytes, "warm", quick ? 50_000 : 300_000, "count",
                quick ? 50_000 : 300_000);
    }

    private void roundTrip() {
        List<PeerKind> peers = new ArrayList<>(
                List.of(BRATTICE, AGRONA_MANY, AGRONA_ONE, AERON, DISRUPTOR_ONE, JCTOOLS));
        if (quick) {
            peers = new ArrayList<>(List.of(BRATTICE, AGRONA_MANY));
        }
        peers.add(CACHE_LINE);
        cells.add(new Cell("round trip 32 B", WorkKind.ROUND_TRIP, roundTripSettings(32),
                List.of("p50-ns", "p99-ns", "p99.9-ns"), peers));
    }

    private void wake() {
        List<PeerKind> peers = quick
                ? List.of(BRATTICE, BARE_WAKE)
                : List.of(BRATTICE, DISRUPTOR_MANY, EVENT_POST, BARE_WAKE);
        int[] pauses = quick ? new int[]{100} : new int[]{100, 2000};
        for (int pause : pauses) {
            int count = quick ? 1000 : 400_000 / pause;
            Settings settings = settings("bytes", 32, "pause-us", pause, "warm", count / 2, "count",
                    count);
            cells.add(new Cell("from idle, " + pause + " us apart", WorkKind.WAKE, settings,
                    List.of("p50-ns", "p99-ns"), peers));
        }
    }

    private void sendLatency() {
        int senders = quick ? 4 : 16;
        List<PeerKind> peers = quick
                ? List.of(BRATTICE, AGRONA_MANY)
                : List.of(BRATTICE, BRATTICE_VIRTUAL, AGRONA_MANY, AERON, DISRUPTOR_MANY);
        for (int rate : quick ? new int[]{2000} : new int[]{2000, 20_000}) {
            Settings settings = settings("senders", senders, "bytes", 256, "rate", rate, "parks",
                    true, "millis", quick ? 700 : 1500);
            cells.add(new Cell("send, " + senders + " senders of " + rate + "/s",
                    WorkKind.SEND_LATENCY, settings, List.of("p50-ns", "p99.9-ns"), peers));
        }
    }

    private void heldBack() {
        List<PeerKind> peers = quick
                ? List.of(BRATTICE, AGRONA_MANY)
                : List.of(BRATTICE, BRATTICE_VIRTUAL, AGRONA_MANY, AERON, DISRUPTOR_MANY);
        cells.add(new Cell("4 senders wait for room",
                WorkKind.HELD_BACK,
                settings("senders", 4, "bytes", 256, "warm", 200, "millis", quick ? 200 : 1000),
                List.of("processors"), peers));
    }

    private void roundRobin() {
        roundRobin(CROWD_64, ACCESSES_64);
        if (!quick) {
            roundRobin(CROWD_1024, ACCESSES_1024);
            roundRobin(CROWD_4096, ACCESSES_4096);
        }
    }

    private void roundRobin(PeerKind ours, PeerKind bare) {
        cells.add(new Cell("in turn to each, " + ours.title().replaceAll("\\D", ""),
                WorkKind.ROUND_ROBIN, settings("rounds", 500), List.of("ns/visit"),
                List.of(ours, bare)));
    }

    private void broadcast() {
        if (!quick) {
            cells.add(new Cell("broadcast to 1018", WorkKind.BROADCAST,
                    settings("warm", 20, "count", 50), List.of("call-us", "all-read-us"),
                    List.of(CROWD_1024)));
        }
    }

    private static String size(int bytes) {
        if (bytes >= 1 << 20) {
            return (bytes >> 20) + " MiB";
        }
        return bytes >= 1 << 10 ? (bytes >> 10) + " KiB" : bytes + " B";
    }

    private static Settings settings(Object... pairs) {
        Settings settings = new Settings(Map.of());
        for (int i = 0; i < pairs.length; i += 2) {
            settings = settings.with(pairs[i].toString().toLowerCase(Locale.ROOT), pairs[i + 1]);
        }
        return settings;
    }
}
