package org.brattice.benchmarks.work;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a piece of work is done with: {@code senders=2 bytes=256}. Order does not matter. */
public record Settings(Map<String, String> values) {
    public Settings {
        values = new TreeMap<>(values);
    }

    /** As {@link #toString} writes them. */
    public static Settings parse(String text) {
        return new Settings(Arrays.stream(text.strip().split(" ")).filter(word -> !word.isEmpty())
                .map(word -> word.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
    }

    /** The same, with one set. */
    public Settings with(String key, Object value) {
        Map<String, String> more = new TreeMap<>(values);
        more.put(key, value.toString());
        return new Settings(more);
    }

    /** A number that must be there. */
    public int number(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing: " + this);
        }
        return Integer.parseInt(value);
    }

    /** Whether a key is {@code true}. */
    public boolean truth(String key) {
        return "true".equals(values.get(key));
    }

    @Override
    public String toString() {
        return values.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining(" "));
    }
}
