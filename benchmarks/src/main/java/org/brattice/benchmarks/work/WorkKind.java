package org.brattice.benchmarks.work;

/** The kinds of work by the name they are asked for with. */
public enum WorkKind {
    /** How many messages in a second. */
    THROUGHPUT(new Throughput());

    private final Work work;

    WorkKind(Work work) {
        this.work = work;
    }

    /** How it is done. */
    public Work work() {
        return work;
    }
}
