package org.brattice.api;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a partition can own, and another can have instead (S10): at every instant each has exactly one owner,
 * or lies in the frame's free pool.
 */
public sealed interface Resource {
    /** A virtual processor, by its index in the frame, from 0. */
    record Processor(int index) implements Resource {
        public Processor {
            checkIndex("processor", index);
        }

        @Override
        public String toString() {
            return "processor:" + index;
        }
    }

    /** A memory block, by its index in the frame: it begins at index times the block size. */
    record MemoryBlock(int index) implements Resource {
        public MemoryBlock {
            checkIndex("block", index);
        }

        @Override
        public String toString() {
            return "block:" + index;
        }
    }

    /** An I/O slot, by its location code. */
    record Slot(String location) implements Resource {
        /** The longest location code. */
        public static final int LIMIT = 63;
        private static final Pattern LOCATION = Pattern
                .compile("[A-Za-z0-9][A-Za-z0-9.\\-]{0," + (LIMIT - 1) + "}");

        public Slot {
            if (!LOCATION.matcher(Objects.requireNonNull(location, "location")).matches()) {
                throw new IllegalArgumentException("slot=" + location + " must have 1 to " + LIMIT
                        + " of A-Z, a-z, 0-9, '.' and '-', beginning with a letter or digit");
            }
        }

        @Override
        public String toString() {
            return "slot:" + location;
        }
    }

    private static void checkIndex(String kind, int index) {
        if (index < 0) {
            throw new IllegalArgumentException(kind + "=" + index + " must be 0 or more");
        }
    }

    /**
     * Reads what {@link #toString} writes: {@code processor:3}, {@code block:17}, {@code slot:U1-C2}.
     *
     * @throws IllegalArgumentException for anything else: a malformed name is never guessed at
     */
    static Resource of(String text) {
        Matcher parts = Pattern.compile("(processor|block|slot):(.*)").matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("resource=" + text
                    + " must be processor:INDEX, block:INDEX or slot:LOCATION");
        }
        String which = parts.group(2);
        return switch (parts.group(1)) {
            case "processor" -> new Processor(index(text, which));
            case "block" -> new MemoryBlock(index(text, which));
            default -> new Slot(which);
        };
    }

    private static int index(String text, String digits) {
        if (!digits.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("resource=" + text
                    + " must end with an index, a decimal number from 0");
        }
        return Integer.parseInt(digits);
    }
}
