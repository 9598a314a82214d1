package org.brattice.benchmarks.work;

/** The kinds of work by the name they are asked for with. */
public enum WorkKind {
    /** How many messages in a second. */
    THROUGHPUT(new Throughput()),
    /** How long until the answer. */
    ROUND_TRIP(new RoundTrip()),
    /** How long until a sleeper handles. */
    WAKE(new Wake()),
    /** How long a send takes. */
    SEND_LATENCY(new SendLatency()),
    /** What waiting for room takes of the processors. */
    HELD_BACK(new HeldBack()),
    /** What sending to all takes. */
    BROADCAST(new Broadcast()),
    /** What sending to each in turn takes. */
    ROUND_ROBIN(new RoundRobin());

    private final Work work;

    WorkKind(Work work) {
        this.work = work;
    }

    /** How it is done. */
    public Work work() {
        return work;
    }
}
