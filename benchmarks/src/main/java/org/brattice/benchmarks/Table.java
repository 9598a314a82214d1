package org.brattice.benchmarks;

import java.util.Locale;

import org.brattice.benchmarks.peer.PeerKind;

/** The sheet as one table for people: a line for each piece of work and peer. */
final class Table {
    private static final String LINE = "%-46s %-20s %10s  %-22s %8s%n";

    private final Sheet sheet;

    Table(Sheet sheet) {
        this.sheet = sheet;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(LINE, "work", "peer", "median", "least to most", "ratio"));
        for (Cell cell : sheet.cells()) {
            for (String figure : cell.figures()) {
                String title = cell.title() + ", " + figure;
                for (PeerKind peer : cell.peers()) {
                    text.append(line(cell, figure, title, peer));
                    title = "";
                }
            }
        }
        return text.toString();
    }

    private String line(Cell cell, String figure, String title, PeerKind peer) {
        Spread spread = sheet.spread(cell, peer, figure);
        if (spread == null) {
            String reason = sheet.reason(cell, peer);
            return String.format(LINE, title, peer.title(), "-", reason == null ? "" : reason, "");
        }
        PeerKind first = cell.peers().getFirst();
        Spread ratios = peer == first ? null : sheet.ratio(cell, first, peer, figure);
        String ratio = ratios == null || Double.isInfinite(ratios.median())
                ? ""
                : String.format(Locale.ROOT, "%.2f", ratios.median());
        return String.format(LINE, title, peer.title(), number(spread.median()),
                number(spread.least()) + " to " + number(spread.most()), ratio);
    }

    /** A line of what nobody is compared with. */
    static String line(String title, String who, Spread spread) {
        return String.format(LINE, title, who, number(spread.median()),
                number(spread.least()) + " to " + number(spread.most()), "");
    }

    /** Four digits, with the letter of a power of a thousand. */
    static String number(double value) {
        if (value >= 1e6) {
            return String.format(Locale.ROOT, "%.2fM", value / 1e6);
        }
        if (value >= 1e4) {
            return String.format(Locale.ROOT, "%.1fk", value / 1e3);
        }
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.3f", value);
    }
}
