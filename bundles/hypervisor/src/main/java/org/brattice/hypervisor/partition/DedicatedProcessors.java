package org.brattice.hypervisor.partition;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many dedicated processors poll: the first of each partition that has such. While they are more than
 * the processors of the host, one that finds nothing lets another run: it may hold up the very sender that
 * it waits for. Any thread.
 */
final class DedicatedProcessors {
    private final AtomicInteger running = new AtomicInteger();
    private final int host;

    /** On a host with so many processors. */
    DedicatedProcessors(int host) {
        this.host = host;
    }

    /** One begins to run. */
    void begins() {
        running.incrementAndGet();
    }

    /** One has ended. */
    void ends() {
        running.decrementAndGet();
    }

    /** Whether there are more than can run at a time. */
    boolean crowded() {
        return running.get() > host;
    }
}
