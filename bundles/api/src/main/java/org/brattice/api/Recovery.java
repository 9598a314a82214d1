package org.brattice.api;

import java.time.Duration;
import java.time.Instant;

/**
 * What was done about a fault, or because an operator said so.
 *
 * @param id counted from 1 since the hypervisor started
 * @param fault sequence number of the fault in the fault log, or 0 when an operator asked
 * @param kind of the fault, or null when an operator asked
 * @param partition its name
 * @param number its number
 * @param module who gave the verdict: a class, {@code operator}, or {@code hypervisor} for the last resort
 * @param verdict what was said
 * @param state what has come of it
 * @param begun when the fault was seen, or the operator asked
 * @param took from then until the verdict was carried out, or so far
 * @param outcome in words: what was done, or why not
 */
public record Recovery(long id, long fault, Fault.Kind kind, String partition, int number,
        String module, Verdict verdict, State state, Instant begun, Duration took,
        String outcome) {
    /** How far it has come. */
    public enum State {
        /** It is being carried out. */
        BEGUN,
        /** It was carried out: after a restart the partition runs. */
        DONE,
        /** It could not be carried out. */
        FAILED
    }
}
