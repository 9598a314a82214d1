package org.brattice.shell;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with their units as people type and read them. */
final class Quantity {
    private static final Pattern BYTES = Pattern.compile("(\\d+)\\s*(|B|KiB|MiB|GiB)");
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    private Quantity() {}

    /** A whole number of at least so much; hexadecimal behind {@code 0x}. */
    static long number(String name, String text, long least) {
        long value;
        try {
            value = Long.decode(text);
        } catch (NumberFormatException e) {
            throw new CommandFailed(name + "=" + text + " is not a whole number");
        }
        if (value < least) {
            throw new CommandFailed(name + "=" + text + " is less than " + least);
        }
        return value;
    }

    /** A count, of at least one, that fits in an array. */
    static int count(String name, String text) {
        long value = number(name, text, 1);
        if (value > Integer.MAX_VALUE) {
            throw new CommandFailed(name + "=" + text + " is more than " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /** A frame address. Nothing is refused but what is no number: the check is the hypervisor's. */
    static long address(String text) {
        try {
            return text.startsWith("0x") || text.startsWith("0X")
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new CommandFailed("address=" + text
                    + " is not a frame address: write it as 4096 or as 0x1000");
        }
    }

    static long bytes(String name, String text) {
        if (text.startsWith("-")) {
            throw new CommandFailed(name + "=" + text + " is negative");
        }
        Matcher matcher = BYTES.matcher(text);
        try {
            if (matcher.matches()) {
                long unit = switch (matcher.group(2)) {
                    case "KiB" -> 1L << 10;
                    case "MiB" -> 1L << 20;
                    case "GiB" -> 1L << 30;
                    default -> 1;
                };
                return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new CommandFailed(name + "=" + text + " is more than " + Long.MAX_VALUE);
        }
        throw new CommandFailed(name + "=" + text
                + " is not a number of bytes: write it as 4096, 64KiB, 100MiB or 1GiB");
    }

    static Duration duration(String name, String text) {
        Matcher matcher = DURATION.matcher(text);
        try {
            if (matcher.matches()) {
                long value = Long.parseLong(matcher.group(1));
                return switch (matcher.group(2)) {
                    case "ms" -> limited(Duration.ofMillis(value));
                    case "s" -> limited(Duration.ofSeconds(value));
                    case "m" -> limited(Duration.ofMinutes(value));
                    default -> limited(Duration.ofHours(value));
                };
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new CommandFailed(name + "=" + text + " is more than the longest wait, 24h");
        }
        throw new CommandFailed(
                name + "=" + text + " is not a duration: write it as 500ms, 5s, 2m or 1h");
    }

    private static Duration limited(Duration duration) {
        if (duration.compareTo(Duration.ofHours(24)) > 0) {
            throw new ArithmeticException();
        }
        return duration;
    }

    /** Bytes in the largest unit that divides them. */
    static String size(long bytes) {
        int unit = 0;
        while (unit < UNITS.length - 1 && bytes != 0 && bytes % 1024 == 0) {
            bytes /= 1024;
            unit++;
        }
        return bytes + " " + UNITS[unit];
    }

    /** A duration as it would be typed. */
    static String typed(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
