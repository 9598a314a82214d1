package org.brattice.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values found in what commands print. */
final class Found {
    private Found() {}

    /** The first group of the pattern where it matches for the last time in the text. */
    static String last(String text, String pattern) throws CommandFailed {
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
        String found = null;
        while (matcher.find()) {
            found = matcher.group(1);
        }
        if (found == null) {
            throw new CommandFailed("expected=" + pattern + " is not in what was printed");
        }
        return found;
    }

    /** A column of a partition's row in the look-up table, in hexadecimal: 1 is base, 2 is size. */
    static long column(String vsr, String partition, int column) throws CommandFailed {
        String before = column == 1 ? "" : "0x\\p{XDigit}+\\s+";
        String value = last(vsr, "^\\s*\\d+\\s+" + Pattern.quote(partition) + "\\s+" + before
                + "0x(\\p{XDigit}+)");
        return Long.parseUnsignedLong(value, 16);
    }
}
