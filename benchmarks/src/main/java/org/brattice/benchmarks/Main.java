package org.brattice.benchmarks;

import java.nio.file.Path;

/** Measures, prints the table, writes the results. */
public final class Main {
    private Main() {}

    /** Takes the words of {@code benchmarks/run}. */
    public static void main(String[] words) throws Exception {
        Arguments arguments = Arguments.parse(words);
        Path target = Path.of(System.getProperty("benchmarks.target"));
        try (Contest contest = new Contest(Contest.emptyLog(target), target)) {
            contest.run(Plan.cells(arguments), arguments.repetitions());
            System.out.print(new Table(contest.sheet()));
        }
    }
}
