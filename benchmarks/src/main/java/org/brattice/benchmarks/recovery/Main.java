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
        new Verdicts(target).run();
        new Bystanders(target).run();
        // Runaway threads are left behind.
        System.exit(0);
    }
}
