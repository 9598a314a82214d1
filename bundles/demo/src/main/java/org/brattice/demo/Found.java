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

    /** The first group of the pattern where it matches for the first time in the text. */
    static String first(String text, String pattern) throws CommandFailed {
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
        if (!matcher.find()) {
            throw new CommandFailed("expected=" + pattern + " is not in what was printed");
        }
        return matcher.group(1);
    }

    /** The row of a table that begins with a name, or "". */
    static String line(String table, String name) {
        return table.lines().filter(line -> line.startsWith(name + " ")).findFirst().orElse("");
    }

    /** Whether a partition has so many processors, as resources shows them. */
    static boolean processors(String resources, String partition, int count) {
        Matcher row = Pattern
                .compile("^" + Pattern.quote(partition) + " +(\\S+)", Pattern.MULTILINE)
                .matcher(resources);
        int found = 0;
        if (row.find() && !row.group(1).equals("-")) {
            for (String range : row.group(1).split(",")) {
                String[] ends = range.split("-");
                found += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
            }
        }
        return found == count;
    }

    /** A column of a partition's row in the look-up table, in hexadecimal: 1 is base, 2 is size. */
    static long column(String vsr, String partition, int column) throws CommandFailed {
        String before = column == 1 ? "" : "0x\\p{XDigit}+\\s+";
        String value = last(vsr, "^\\s*\\d+\\s+" + Pattern.quote(partition) + "\\s+" + before
                + "0x(\\p{XDigit}+)");
        return Long.parseUnsignedLong(value, 16);
    }
}
