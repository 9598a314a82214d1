package org.brattice.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Measures, prints the table, writes the results. */
public final class Main {
    private Main() {}

    /** Takes the words of {@code benchmarks/run}. */
    public static void main(String[] words) throws Exception {
        Arguments arguments;
        List<Cell> cells;
        try {
            arguments = Arguments.parse(words);
            cells = Plan.cells(arguments);
            if (cells.isEmpty() && !OneThreadRun.wanted(arguments)) {
                throw new IllegalArgumentException(
                        "only=" + arguments.only() + " is in no title of the table: see --help");
            }
        } catch (IllegalArgumentException e) {
            System.err.println("benchmarks/run: " + e.getMessage());
            System.exit(2);
            return;
        }
        Path target = Path.of(System.getProperty("benchmarks.target")).toAbsolutePath();
        Map<String, Object> machine = MachineFacts.facts(target);
        machine.forEach((name, value) -> System.out.println(name + ": " + value));
        if (!measured(arguments, cells, target, machine)) {
            System.err.println("benchmarks/run: not everything could be measured: see "
                    + target.resolve("benchmarks.log"));
            System.exit(1);
        }
    }

    private static boolean measured(Arguments arguments, List<Cell> cells, Path target,
            Map<String, Object> machine) throws Exception {
        List<Step> steps = OneThreadRun.steps(arguments);
        try (Contest contest = new Contest(Contest.emptyLog(target), target)) {
            contest.run(cells, arguments.repetitions());
            Sheet sheet = contest.sheet();
            List<Goal> goals = new Goals(sheet).all();
            System.out.println();
            System.out.print(new Table(sheet));
            steps.forEach(System.out::print);
            System.out.println();
            goals.forEach(System.out::print);
            Path results = target.resolve("results.json");
            Files.writeString(results,
                    Json.write(new Results(sheet).all(machine, steps, goals)));
            System.out.println("every figure of every repetition: " + results);
            return sheet.whole();
        }
    }
}
