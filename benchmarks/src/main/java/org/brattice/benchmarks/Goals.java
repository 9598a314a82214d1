package org.brattice.benchmarks;

import static org.brattice.benchmarks.peer.PeerKind.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.brattice.benchmarks.peer.PeerKind;

/** The goals of which enough was measured. */
final class Goals {
    private static final String RATE = "messages/s";

    private final Sheet sheet;
    private final List<Goal> goals = new ArrayList<>();

    Goals(Sheet sheet) {
        this.sheet = sheet;
        for (int senders : new int[]{1, 2, 4, 16}) {
            throughput(senders, "32 B", 1.2);
            throughput(senders, "256 B", 1.4);
            throughput(senders, "4 KiB", 1.8);
        }
        for (String size : new String[]{"64 KiB", "1 MiB"}) {
            atLeast("throughput 1 to 1 " + size, RATE, BRATTICE, MEMORY_COPY, 0.8);
        }
        for (String size : new String[]{"32 B", "256 B", "4 KiB"}) {
            atLeast("throughput 1 to 1 " + size, RATE, BRATTICE, EVENT_POST, 20);
            atLeast("throughput 1 to 1 " + size, RATE, BRATTICE, AERON, 1);
        }
        atMost("round trip 32 B", "p50-ns", BRATTICE, CACHE_LINE, 1.2);
        atMost("round trip 32 B", "p50-ns", BRATTICE, AGRONA_MANY, 1);
        for (String pause : new String[]{"100", "2000"}) {
            atMost("from idle, " + pause + " us apart", "p50-ns", BRATTICE, BARE_WAKE, 1.3);
        }
        for (String rate : new String[]{"2000", "20000"}) {
            atMost("send, 16 senders of " + rate + "/s", "p99.9-ns", BRATTICE, AGRONA_MANY, 1);
        }
        figure("4 senders wait for room", "processors", 0.1);
        for (PeerKind crowd : List.of(CROWD_64, CROWD_1024, CROWD_4096)) {
            atMost("active pair 1 to 1 256 B", RATE, CROWD_2, crowd, 1.1);
        }
        figure("throughput 1 to 1 256 B", "heap-bytes/message", 0.5);
        batch("throughput 1 to 1 32 B", 100e6);
    }

    List<Goal> all() {
        return goals;
    }

    private void throughput(int senders, String size, double bound) {
        atLeast("throughput " + senders + " to 1 " + size, RATE, BRATTICE, AGRONA_MANY, bound);
    }

    private void atLeast(String cell, String figure, PeerKind ours, PeerKind theirs, double bound) {
        ratio(cell, figure, ours, theirs, bound, true);
    }

    private void atMost(String cell, String figure, PeerKind ours, PeerKind theirs, double bound) {
        ratio(cell, figure, ours, theirs, bound, false);
    }

    private void ratio(String title, String figure, PeerKind ours, PeerKind theirs, double bound,
            boolean atLeast) {
        cell(title).ifPresent(cell -> {
            Spread ratios = sheet.ratio(cell, ours, theirs, figure);
            if (ratios != null) {
                goals.add(new Goal(title + ", to " + theirs.title(), ratios.median(), bound,
                        atLeast));
            }
        });
    }

    private void figure(String title, String figure, double bound) {
        cell(title).map(cell -> sheet.spread(cell, BRATTICE, figure)).ifPresent(
                spread -> goals
                        .add(new Goal(title + ", " + figure, spread.median(), bound, false)));
    }

    private void batch(String title, double bound) {
        cell(title).map(cell -> sheet.spread(cell, BRATTICE_BATCH, RATE)).ifPresent(
                spread -> goals
                        .add(new Goal(title + ", batches", spread.median(), bound, true)));
    }

    private Optional<Cell> cell(String title) {
        return sheet.cells().stream().filter(cell -> cell.title().equals(title)).findAny();
    }
}
