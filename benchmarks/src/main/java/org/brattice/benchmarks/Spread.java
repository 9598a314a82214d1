package org.brattice.benchmarks;

/** Repetitions of one figure, ascending. */
record Spread(double[] values) {
    double median() {
        int half = values.length / 2;
        return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }

    double least() {
        return values[0];
    }

    double most() {
        return values[values.length - 1];
    }
}
