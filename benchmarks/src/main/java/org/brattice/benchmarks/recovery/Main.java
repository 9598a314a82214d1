package org.brattice.benchmarks.recovery;

import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Measures faults and recovery on the real machine in this process, and prints a line for each figure. */
public final class Main {
    private Main() {}

    /** Takes the directory for what it writes. */
    public static void main(String[] words) throws Exception {
        Logger.getLogger("").setLevel(Level.SEVERE);
        Path target = Path.of(System.getProperty("benchmarks.target")).toAbsolutePath();
        // Each leaves threads behind that loop: what they disturb comes first.
        Verdicts verdicts = new Verdicts(target);
        verdicts.run();
        new Bystanders(target).run();
        verdicts.hang();
        System.exit(0);
    }
}
