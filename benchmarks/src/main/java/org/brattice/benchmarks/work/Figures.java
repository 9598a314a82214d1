package org.brattice.benchmarks.work;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures of one repetition by name; the name ends with the unit. */
public record Figures(Map<String, Double> values) {
    /** None yet. */
    public Figures() {
        this(new LinkedHashMap<>());
    }

    /** The same, with one more. */
    public Figures with(String name, double value) {
        values.put(name, value);
        return this;
    }

    /** As {@link #toString} writes them. */
    public static Figures parse(String text) {
        Figures figures = new Figures();
        for (String word : text.strip().split(" ")) {
            String[] pair = word.split("=", 2);
            figures.with(pair[0], Double.parseDouble(pair[1]));
        }
        return figures;
    }

    @Override
    public String toString() {
        return values.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(" "));
    }
}
