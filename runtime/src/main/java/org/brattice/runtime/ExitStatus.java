package org.brattice.runtime;

/** What the process's exit status says. A signal ends it with 128 and the signal's number. */
final class ExitStatus {
    static final int SUCCESS = 0;
    /** A command or an observation of the tour failed. */
    static final int FAILURE = 1;
    /** The command line was wrong; nothing was started. */
    static final int USAGE = 2;
    /** Another process has the data directory. */
    static final int IN_USE = 3;
    /** The machine could not start, or not stop cleanly. */
    static final int NOT_RUNNING = 4;

    private ExitStatus() {}
}
