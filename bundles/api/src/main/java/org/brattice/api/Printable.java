package org.brattice.api;

/** Text of somebody else's as it may stand on a terminal or in a line of a log. Any thread. */
public final class Printable {
    private Printable() {}

    /**
     * {@return the text in one line, with what would steer a terminal, begin a line or turn the
     * direction of writing shown as an escape such as {@code \n} or {@code \u001b}}
     *
     * @param text {@code null} is shown as {@code null}
     */
    public static String of(Object text) {
        var given = String.valueOf(text);
        if (given.codePoints().noneMatch(Printable::hidden)) {
            return given;
        }
        var shown = new StringBuilder(given.length() + 16);
        given.codePoints().forEach(point -> append(shown, point));
        return shown.toString();
    }

    private static boolean hidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> false;
        };
    }

    private static void append(StringBuilder shown, int point) {
        switch (point) {
            case '\n' -> shown.append("\\n");
            case '\r' -> shown.append("\\r");
            case '\t' -> shown.append("\\t");
            default -> {
                if (hidden(point)) {
                    for (char unit : Character.toChars(point)) {
                        escape(shown, unit);
                    }
                } else {
                    shown.appendCodePoint(point);
                }
            }
        }
    }

    private static void escape(StringBuilder shown, char unit) {
        shown.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            shown.append(Character.forDigit(unit >> shift & 0xf, 16));
        }
    }
}
