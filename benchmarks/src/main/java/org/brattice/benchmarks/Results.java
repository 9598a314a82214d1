package org.brattice.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Figures;

/** Everything that was measured, for other programs. */
final class Results {
    private final Sheet sheet;

    Results(Sheet sheet) {
        this.sheet = sheet;
    }

    Map<String, Object> all(Map<String, Object> machine, List<Step> steps,
            List<Goal> goals) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine);
        all.put("options", options());
        all.put("work", sheet.cells().stream().map(this::work).toList());
        all.put("one thread", steps.stream().map(Step::map).toList());
        all.put("goals", goals.stream().map(Goal::map).toList());
        return all;
    }

    private Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        for (PeerKind peer : PeerKind.values()) {
            options.put(peer.title(), String.join(" ", peer.options()));
        }
        return options;
    }

    private Map<String, Object> work(Cell cell) {
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("title", cell.title());
        work.put("kind", cell.work().name());
        work.put("settings", cell.settings().values());
        work.put("peers", cell.peers().stream().map(peer -> peer(cell, peer)).toList());
        return work;
    }

    private Map<String, Object> peer(Cell cell, PeerKind peer) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("peer", peer.title());
        if (sheet.reason(cell, peer) != null) {
            map.put("cannot", sheet.reason(cell, peer));
        }
        Map<String, List<Double>> figures = new LinkedHashMap<>();
        for (Figures repetition : sheet.of(cell, peer)) {
            repetition.values().forEach((name, value) -> figures
                    .computeIfAbsent(name, key -> new ArrayList<>()).add(value));
        }
        figures.forEach((name, values) -> map.put(name, figure(cell, peer, name, values)));
        return map;
    }

    private Map<String, Object> figure(Cell cell, PeerKind peer, String name, List<Double> raw) {
        Map<String, Object> map = new LinkedHashMap<>();
        double median = sheet.spread(cell, peer, name).median();
        PeerKind first = cell.peers().getFirst();
        Spread ratios = sheet.ratio(cell, first, peer, name);
        map.put("median", median);
        if (ratios != null) {
            map.put("ratio of " + first.title() + " to it", ratios.median());
        }
        map.put("raw", raw);
        return map;
    }
}
