package org.brattice.benchmarks.work;

import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/** What is told of many durations. */
final class Percentiles {
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);
    private static final int DIGITS = 3;

    private Percentiles() {}

    static Histogram histogram() {
        return new Histogram(LONGEST, DIGITS);
    }

    static Figures of(Histogram histogram) {
        return new Figures().with("p50-ns", histogram.getValueAtPercentile(50))
                .with("p99-ns", histogram.getValueAtPercentile(99))
                .with("p99.9-ns", histogram.getValueAtPercentile(99.9));
    }
}
