package org.brattice.benchmarks.work;

import java.lang.management.ManagementFactory;

/** What this process has taken so far: read before and after, the difference counts. */
record Usage(long nanos, long cpuNanos, long heapBytes) {
    private static final com.sun.management.OperatingSystemMXBean SYSTEM = (com.sun.management.OperatingSystemMXBean) ManagementFactory
            .getOperatingSystemMXBean();
    private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory
            .getThreadMXBean();

    /** Heap bytes count what platform threads have allocated. */
    static Usage now() {
        return new Usage(System.nanoTime(), SYSTEM.getProcessCpuTime(),
                THREADS.getTotalThreadAllocatedBytes());
    }
}
