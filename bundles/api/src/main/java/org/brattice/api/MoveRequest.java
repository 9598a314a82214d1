package org.brattice.api;

import java.time.Duration;
import java.util.Objects;

/**
 * That a resource is to move.
 *
 * @param resource which one
 * @param to name of the partition that is to get it, or "" for the free pool
 * @param overrule whether a partition that does not answer in time is overruled; otherwise the move is undone. A
 *        veto holds in any case
 * @param limit how long each of the two partitions may take to answer
 * @param cause why, in words
 */
public record MoveRequest(Resource resource, String to, boolean overrule, Duration limit,
        String cause) {
    /** The longest that a partition may take. */
    public static final Duration LONGEST = Duration.ofHours(24);

    public MoveRequest {
        Objects.requireNonNull(resource, "resource");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(cause, "cause");
        if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "limit=" + limit + " must be more than nothing, and at most " + LONGEST);
        }
    }
}
