package org.brattice.benchmarks.peer;

/** What a receiver does with each message, on its own thread. */
public interface Intake {
    /** One message, from its first and its last eight bytes. */
    void take(long first, long last);
}
