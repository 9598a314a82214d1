package org.brattice.api;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Which hypervisor calls of a partition go wrong, and how. The same seed makes the same calls go wrong, counted from
 * the moment in which the rule was added.
 *
 * @param partition its name
 * @param effect what happens
 * @param call which call is meant, one of {@link #CALLS}, or {@code *} for any
 * @param at the how manieth of them goes wrong, from 1; or 0 for those that the probability says
 * @param probability of each to go wrong, 0 to 1, when {@code at} is 0
 * @param seed of the probability
 * @param times how often at most; 0 for any number
 * @param delay of {@link Effect#DELAY}
 */
public record Injection(String partition, Effect effect, String call, long at, double probability,
        long seed, int times, Duration delay) {
    /** The calls that can be meant. */
    public static final List<String> CALLS = List.of("send", "sendBatch", "broadcast", "read",
            "memory", "block",
            "register", "device", "run");

    public Injection {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(effect, "effect");
        if (!call.equals("*") && !CALLS.contains(call)) {
            throw new IllegalArgumentException("call=" + call + " must be * or one of " + CALLS);
        }
        if (at < 0 || probability < 0 || probability > 1 || at == 0 && !(probability > 0)) {
            throw new IllegalArgumentException("at=" + at + " probability=" + probability
                    + " must say which calls: at from 1, or probability above 0, up to 1");
        }
        List<String> sending = effect == Effect.DROP
                ? List.of("*", "send", "sendBatch", "broadcast")
                : List.of("*", "send");
        boolean concernsWhatIsSent = effect == Effect.DROP || effect == Effect.DUPLICATE
                || effect == Effect.CORRUPT;
        if (concernsWhatIsSent && !sending.contains(call)) {
            throw new IllegalArgumentException("effect=" + effect.name().toLowerCase(Locale.ROOT)
                    + " call=" + call + " must be one of " + sending
                    + ": it concerns what is sent");
        }
        if (times < 0 || delay.isNegative()) {
            throw new IllegalArgumentException(
                    "times=" + times + " delay=" + delay + " must not be negative");
        }
    }

    /** What happens at a call. */
    public enum Effect {
        /** It throws. */
        THROW,
        /** It does not return, and ignores interruption, until injection is switched off. */
        HANG,
        /** The process is killed, at once. */
        KILL,
        /** What it was to send is not sent, and it returns as if it were. Other calls return nothing of it. */
        DROP,
        /** It takes so much longer. */
        DELAY,
        /** What it sends is sent twice. */
        DUPLICATE,
        /** A byte of what it has sent is changed where it lies. */
        CORRUPT,
        /** It is refused, as memory is that is not to be had. */
        REFUSE
    }
}
