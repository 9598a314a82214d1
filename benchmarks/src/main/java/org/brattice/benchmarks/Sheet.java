package org.brattice.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Figures;

/** Every figure of every repetition. */
final class Sheet {
    private final Map<Cell, Map<PeerKind, List<Figures>>> figures = new LinkedHashMap<>();
    private final Map<Cell, Map<PeerKind, String>> reasons = new LinkedHashMap<>();
    private boolean whole = true;

    void add(Cell cell, PeerKind peer, Figures measured) {
        figures.computeIfAbsent(cell, key -> new LinkedHashMap<>())
                .computeIfAbsent(peer, key -> new ArrayList<>()).add(measured);
    }

    void cannot(Cell cell, PeerKind peer, String reason) {
        reasons.computeIfAbsent(cell, key -> new LinkedHashMap<>()).put(peer, reason);
    }

    void failed(Cell cell, PeerKind peer, String reason) {
        cannot(cell, peer, reason);
        whole = false;
    }

    /** Whether nothing failed. */
    boolean whole() {
        return whole;
    }

    /** Cells in the order of measuring. */
    List<Cell> cells() {
        return List.copyOf(figures.keySet());
    }

    /** All repetitions of a peer. */
    List<Figures> of(Cell cell, PeerKind peer) {
        return figures.getOrDefault(cell, Map.of()).getOrDefault(peer, List.of());
    }

    /** Why a peer did not do it, or null. */
    String reason(Cell cell, PeerKind peer) {
        return reasons.getOrDefault(cell, Map.of()).get(peer);
    }

    /**
     * How one peer's figure relates to another's: the median of the ratios of each repetition, because what
     * the machine was at that moment concerns both. Null without any.
     */
    Spread ratio(Cell cell, PeerKind of, PeerKind to, String figure) {
        List<Figures> ours = of(cell, of);
        List<Figures> theirs = of(cell, to);
        double[] ratios = IntStream.range(0, Math.min(ours.size(), theirs.size()))
                .filter(i -> ours.get(i).values().containsKey(figure)
                        && theirs.get(i).values().containsKey(figure))
                .mapToDouble(i -> ours.get(i).values().get(figure)
                        / theirs.get(i).values().get(figure))
                .sorted().toArray();
        return ratios.length == 0 ? null : new Spread(ratios);
    }

    /** One figure over its repetitions, or null without any. */
    Spread spread(Cell cell, PeerKind peer, String figure) {
        double[] values = of(cell, peer).stream().map(one -> one.values().get(figure))
                .filter(value -> value != null).mapToDouble(Double::doubleValue).sorted().toArray();
        return values.length == 0 ? null : new Spread(values);
    }
}
