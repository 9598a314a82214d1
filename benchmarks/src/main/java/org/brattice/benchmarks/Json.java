package org.brattice.benchmarks;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;

/** Writes maps, collections, numbers and texts as JSON, indented. */
final class Json {
    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String write(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.text.append('\n').toString();
    }

    private void value(Object value, String indent) {
        switch (value) {
            case null -> text.append("null");
            case Map<?, ?> map -> map(map, indent);
            case Collection<?> values -> collection(values, indent);
            case Double number -> text
                    .append(number.isNaN() || number.isInfinite() ? "null" : number.toString());
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            default -> string(value.toString());
        }
    }

    private void map(Map<?, ?> map, String indent) {
        text.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext();) {
            Map.Entry<?, ?> entry = i.next();
            text.append(indent).append("  ");
            string(entry.getKey().toString());
            text.append(": ");
            value(entry.getValue(), indent + "  ");
            text.append(i.hasNext() ? "," : indent);
        }
        text.append('}');
    }

    private void collection(Collection<?> values, String indent) {
        text.append('[');
        for (Iterator<?> i = values.iterator(); i.hasNext();) {
            Object value = i.next();
            boolean flat = !(value instanceof Map);
            text.append(flat ? "" : indent + "  ");
            value(value, indent + "  ");
            text.append(i.hasNext() ? flat ? ", " : "," : flat ? "" : indent);
        }
        text.append(']');
    }

    private void string(String value) {
        text.append('"');
        for (char c : value.toCharArray()) {
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                default -> {
                    if (c < ' ') {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
