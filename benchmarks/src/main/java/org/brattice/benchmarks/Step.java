package org.brattice.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A step that one thread does alone, as JMH has measured it.
 *
 * @param title for people
 * @param nanos of one, in each iteration
 * @param heapBytes that one allocates
 */
record Step(String title, List<Double> nanos, double heapBytes) {
    private Spread spread() {
        return new Spread(nanos.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }

    Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("step", title);
        map.put("median", spread().median());
        map.put("heap-bytes", heapBytes);
        map.put("raw", nanos);
        return map;
    }

    @Override
    public String toString() {
        Spread spread = spread();
        return Table.line(title + ", ns", String.format(Locale.ROOT, "heap bytes %.3f", heapBytes),
                spread);
    }
}
