package org.brattice.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is to become of a partition that has a fault (S12): a recovery module says it, the hypervisor carries it
 * out. Its text is what people write in the health table and in {@code brattice:recover}.
 */
public sealed interface Verdict {
    /** All verdicts as people may write them. */
    List<String> TEXTS = List.of("restart", "restart:DELAY", "cold", "cold:DELAY", "rollback",
            "remap",
            "reassign", "reassign:PARTITION", "quarantine", "hold", "ignore", "escalate");

    /**
     * Its boot ends, and fresh firmware boots in place: number, memory, IPCA and unread messages are as they were.
     * A boot that follows others closely waits longer than asked for, so that a crash loop never spins.
     *
     * @param delay from the end of the boot to the next
     */
    record Restart(Duration delay) implements Verdict {
        public Restart {
            positive(delay);
        }

        @Override
        public String toString() {
            return "restart" + suffix(delay);
        }
    }

    /**
     * As {@link Restart}, with memory that is all zero; what is unread is kept as dead letters.
     *
     * @param delay from the end of the boot to the next
     */
    record ColdRestart(Duration delay) implements Verdict {
        public ColdRestart {
            positive(delay);
        }

        @Override
        public String toString() {
            return "cold" + suffix(delay);
        }
    }

    /** Its bundle is updated to the jar that last ran well, which then boots. */
    record RollBack() implements Verdict {
        @Override
        public String toString() {
            return "rollback";
        }
    }

    /** Its IPCA moves to a fresh region, with all messages that are valid and unread. */
    record Remap() implements Verdict {
        @Override
        public String toString() {
            return "remap";
        }
    }

    /**
     * Its boot ends, and its resources go at once.
     *
     * @param standby the partition that gets them, or "" for where the relocation policies say
     */
    record Reassign(String standby) implements Verdict {
        public Reassign {
            Objects.requireNonNull(standby, "standby");
        }

        @Override
        public String toString() {
            return "reassign" + (standby.isEmpty() ? "" : ":" + standby);
        }
    }

    /**
     * Its boot ends, and nothing of it boots again until an operator says restart: memory, IPCA and messages
     * stay as they are, to be looked at.
     */
    record Quarantine() implements Verdict {
        @Override
        public String toString() {
            return "quarantine";
        }
    }

    /** Its boot ends, and it keeps its resources until its firmware comes anew, as when its bundle starts, or an operator says restart. */
    record Hold() implements Verdict {
        @Override
        public String toString() {
            return "hold";
        }
    }

    /** Nothing is done: a boot that runs goes on. */
    record Ignore() implements Verdict {
        @Override
        public String toString() {
            return "ignore";
        }
    }

    /** The process is to end and start again, with the frame and all messages as they are. */
    record Escalate() implements Verdict {
        @Override
        public String toString() {
            return "escalate";
        }
    }

    private static void positive(Duration delay) {
        if (delay.isNegative() || delay.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("delay=" + delay + " must be from none to a day");
        }
    }

    private static String suffix(Duration delay) {
        return delay.isZero() ? "" : ":" + delay.toMillis() + "ms";
    }

    /**
     * A verdict as people write it: one of {@link #TEXTS}, where DELAY is a number with {@code ms} or {@code s}.
     *
     * @throws IllegalArgumentException naming the text, and what it can be
     */
    static Verdict of(String text) {
        String[] parts = text.strip().split(":", 2);
        String more = parts.length == 1 ? "" : parts[1].strip();
        Verdict verdict = switch (parts[0]) {
            case "restart" -> new Restart(delay(text, more));
            case "cold" -> new ColdRestart(delay(text, more));
            case "reassign" -> new Reassign(more);
            default -> more.isEmpty() ? plain(parts[0]) : null;
        };
        if (verdict == null || parts.length > 1 && more.isEmpty()) {
            throw unknown(text);
        }
        return verdict;
    }

    private static Verdict plain(String word) {
        return switch (word) {
            case "rollback" -> new RollBack();
            case "remap" -> new Remap();
            case "quarantine" -> new Quarantine();
            case "hold" -> new Hold();
            case "ignore" -> new Ignore();
            case "escalate" -> new Escalate();
            default -> null;
        };
    }

    private static Duration delay(String text, String delay) {
        if (delay.isEmpty()) {
            return Duration.ZERO;
        }
        Matcher matcher = Pattern.compile("(\\d{1,8})(ms|s)").matcher(delay);
        if (!matcher.matches()) {
            throw unknown(text);
        }
        long number = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("s")
                ? Duration.ofSeconds(number)
                : Duration.ofMillis(number);
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("verdict=" + text + " must be one of " + TEXTS
                + ", with DELAY such as 200ms or 5s");
    }
}
