package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.api.Move;

/** The message in the winner's IPCA that tells of a resource move: text, for people too. */
final class Announcement {
    private static final Pattern MOVE = Pattern.compile("move=(\\d{1,18}) .*", Pattern.DOTALL);

    private Announcement() {}

    /** Of a move, with who wrote it. */
    static MemorySegment of(Move move, String by) {
        String text = "move=" + move.id() + " resource=" + move.resource() + " from="
                + (move.from().isEmpty() ? "(free)" : move.from()) + " to=" + move.to() + " by="
                + by
                + " cause=" + move.cause();
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Id of the move that a text announces, or 0. */
    static long move(String text) {
        Matcher matcher = MOVE.matcher(text);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
