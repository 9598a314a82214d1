package org.brattice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.brattice.benchmarks.Entrant.Cannot;
import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Figures;

/**
 * All peers, each in a process of its own, and the work they do in turns: every repetition of a piece of
 * work is done by one after the other, so that what the machine suffers meanwhile is suffered by all.
 */
final class Contest implements AutoCloseable {
    private final Path log;
    private final Path data;
    private final Map<PeerKind, Entrant> entrants = new EnumMap<>(PeerKind.class);
    private final Sheet sheet = new Sheet();

    Contest(Path log, Path data) {
        this.log = log;
        this.data = data;
    }

    Sheet sheet() {
        return sheet;
    }

    /** Does pieces of work so many times, after once that does not count, and tells how far it is. */
    void run(List<Cell> cells, int repetitions) throws InterruptedException {
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (i > 0 && cells.get(i - 1).work() != cell.work()) {
                // What another kind of work has made of the compiled code is not measured.
                close();
            }
            System.err.printf("%d of %d: %s%n", i + 1, cells.size(), cell.title());
            for (PeerKind peer : cell.peers()) {
                measure(cell, peer, false);
            }
            for (int repetition = 0; repetition < repetitions; repetition++) {
                for (PeerKind peer : cell.peers()) {
                    measure(cell, peer, true);
                }
            }
        }
    }

    private void measure(Cell cell, PeerKind peer, boolean counts) throws InterruptedException {
        if (sheet.reason(cell, peer) != null) {
            return;
        }
        try {
            Entrant entrant = entrant(peer);
            double distance = Distance.nanos();
            Figures figures = entrant.measure(cell.work(), cell.settings());
            if (counts) {
                sheet.add(cell, peer, figures.with("distance-ns", distance));
            }
        } catch (Cannot e) {
            sheet.cannot(cell, peer, e.getMessage());
        } catch (IOException e) {
            failed(cell, peer, e);
        }
    }

    /** The others go on; this one gets a fresh process for its next piece of work. */
    private void failed(Cell cell, PeerKind peer, IOException reason) {
        System.err.println("  " + reason.getMessage());
        sheet.failed(cell, peer, reason.getMessage());
        Entrant entrant = entrants.remove(peer);
        if (entrant != null) {
            entrant.close();
        }
    }

    private Entrant entrant(PeerKind peer) throws IOException, Cannot {
        Entrant entrant = entrants.get(peer);
        if (entrant == null) {
            entrant = new Entrant(peer, log, data);
            entrants.put(peer, entrant);
            entrant.awaitReady();
        }
        return entrant;
    }

    @Override
    public void close() {
        for (Entrant entrant : entrants.values()) {
            entrant.close();
        }
        entrants.clear();
    }

    static Path emptyLog(Path directory) throws IOException {
        Files.createDirectories(directory);
        return Files.writeString(directory.resolve("benchmarks.log"), "");
    }
}
