package org.brattice.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import org.brattice.api.Tracking;

/** Prints what becomes of a tracked message, as it comes. */
record Following(Operator operator, String name, int receiver, long position, Duration patience) {
    private static final long PAUSE_MILLIS = 5;

    /** Until its room is free, or it is given up, or the operator's patience is over. */
    void print() throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        Map<String, Instant> printed = new LinkedHashMap<>();
        while (true) {
            Tracking tracking = operator.call(patience, ipca -> ipca.track(receiver, position))
                    .orElseThrow(() -> new CommandFailed("position=" + position + " to receiver="
                            + name + " is tracked no longer: 64 later messages were"));
            moments(tracking).forEach((what, when) -> {
                if (when != null && printed.putIfAbsent(what, when) == null) {
                    System.out.println(what + " " + when + after(tracking.sent(), when));
                }
            });
            if (tracking.state() == Tracking.State.GIVEN_UP) {
                throw new CommandFailed("receiver=" + name + " gave up position=" + position
                        + ", as its handler threw at every attempt: see partition " + name);
            }
            if (tracking.state().last()) {
                return;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new CommandFailed("receiver=" + name + " has not deleted position="
                        + position + " within wait=" + Quantity.typed(patience) + ": say who "
                        + Operator.PARTITION + " " + name);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static Map<String, Instant> moments(Tracking tracking) {
        Map<String, Instant> moments = new LinkedHashMap<>();
        moments.put("new", tracking.sent());
        moments.put("read", tracking.read());
        moments.put("acknowledged", tracking.acknowledged());
        moments.put("deleted", tracking.deleted());
        moments.put("given up", tracking.givenUp());
        return moments;
    }

    private static String after(Instant sent, Instant when) {
        return when.equals(sent)
                ? ""
                : " after " + Duration.between(sent, when).toMillis() / 1000.0 + "s";
    }
}
