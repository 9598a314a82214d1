package org.brattice.benchmarks;

import java.util.ArrayList;
import java.util.List;

import org.brattice.benchmarks.jmh.OneThread;
import org.brattice.benchmarks.peer.PeerKind;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What one thread does alone, measured with JMH in processes of its own. */
final class OneThreadRun {
    private static final String TITLE = "one thread";
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private OneThreadRun() {}

    static boolean wanted(Arguments arguments) {
        return arguments.wants(TITLE);
    }

    static List<Step> steps(Arguments arguments) throws RunnerException {
        if (!wanted(arguments)) {
            return List.of();
        }
        System.err.println(TITLE);
        boolean quick = arguments.quick();
        OptionsBuilder options = new OptionsBuilder();
        options.include(OneThread.class.getName() + "\\.").forks(1)
                .warmupIterations(quick ? 1 : 5).warmupTime(TimeValue.milliseconds(300))
                .measurementIterations(arguments.repetitions())
                .measurementTime(TimeValue.milliseconds(quick ? 100 : 300))
                .verbosity(VerboseMode.SILENT).addProfiler(GCProfiler.class)
                .shouldFailOnError(true).jvmArgs(options());
        if (quick) {
            options.param("bytes", "256");
        }
        List<Step> steps = new ArrayList<>();
        for (RunResult result : new Runner(options.build()).run()) {
            steps.add(step(result));
        }
        if (steps.isEmpty()) {
            throw new IllegalStateException("JMH measured nothing");
        }
        return steps;
    }

    /** As for our machine, but JMH itself needs Unsafe. */
    private static String[] options() {
        return PeerKind.BRATTICE.options().stream().filter(option -> !option.contains("unsafe"))
                .toArray(String[]::new);
    }

    private static Step step(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        List<Double> nanos = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(iteration -> iteration.getPrimaryResult().getScore()).toList();
        return new Step(
                TITLE + " " + benchmark.substring(benchmark.lastIndexOf('.') + 1) + " "
                        + result.getParams().getParam("bytes") + " B",
                nanos, allocated == null ? Double.NaN : allocated.getScore());
    }
}
