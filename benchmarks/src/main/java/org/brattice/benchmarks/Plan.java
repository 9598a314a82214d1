package org.brattice.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Settings;
import org.brattice.benchmarks.work.WorkKind;

/** Which work is done by whom. */
final class Plan {
    private Plan() {}

    static List<Cell> cells(Arguments arguments) {
        List<Cell> cells = new ArrayList<>();
        for (int senders : new int[]{1, 2}) {
            for (int bytes : new int[]{32, 256, 4096}) {
                cells.add(new Cell("throughput " + senders + " to 1 " + bytes + " B",
                        WorkKind.THROUGHPUT,
                        new Settings(Map.of("senders", "" + senders, "bytes", "" + bytes, "warm",
                                arguments.quick() ? "300" : "1000", "millis",
                                arguments.quick() ? "300" : "1000")),
                        "messages/s", List.of(PeerKind.BRATTICE, PeerKind.AGRONA_MANY)));
            }
        }
        return cells.stream().filter(cell -> cell.title().contains(arguments.only())).toList();
    }
}
