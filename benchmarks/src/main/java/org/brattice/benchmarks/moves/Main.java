package org.brattice.benchmarks.moves;

import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Measures resource moves on the real machine in this process, and prints a line for each figure. */
public final class Main {
    private Main() {}

    /** Takes the directory for what it writes. */
    public static void main(String[] words) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        Path target = Path.of(System.getProperty("benchmarks.target")).toAbsolutePath();
        new IdleMoves(target).run();
        new Computing(target).run();
        new LifeStorm(target).run();
    }
}
