package org.brattice.benchmarks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What is to be reached, and whether it is.
 *
 * @param title for people
 * @param figure what was measured
 * @param bound what it must keep
 * @param atLeast whether the bound is the least; otherwise it is the most
 */
record Goal(String title, double figure, double bound, boolean atLeast) {
    boolean met() {
        return atLeast ? figure >= bound : figure <= bound;
    }

    Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("goal", title);
        map.put("bound", (atLeast ? "at least " : "at most ") + bound);
        map.put("figure", figure);
        map.put("met", met());
        return map;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%-66s %10s %-8s %-10s %s%n", title,
                Table.number(figure), atLeast ? "at least" : "at most", Table.number(bound),
                met() ? "met" : "MISSED");
    }
}
