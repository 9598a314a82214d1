package org.brattice.hypervisor.memory;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as people write them: {@code 16 MiB}. */
public final class Size {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB|TiB)?");
    private static final String UNITS = "B KiB MiB GiB TiB";

    private Size() {}

    /**
     * Bytes of a size.
     *
     * @throws IllegalArgumentException with attribute, value and form
     */
    public static long parse(String attribute, String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(attribute + "=" + text
                    + " is no size: write a number and B, KiB, MiB, GiB or TiB, as in 16 MiB");
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default -> 0;
        };
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException(
                    attribute + "=" + text + " is more than 63 bits of bytes");
        }
        return number << shift;
    }

    /** The shortest exact form. */
    public static String text(long bytes) {
        String[] units = UNITS.split(" ");
        int unit = 0;
        long number = bytes;
        while (number != 0 && (number & 1023) == 0 && unit < units.length - 1) {
            number >>= 10;
            unit++;
        }
        return number + " " + units[unit];
    }

    /** A number rounded up to a multiple of a power of two. */
    public static long align(long bytes, long power) {
        return (bytes + power - 1) & -power;
    }
}
