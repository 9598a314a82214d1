package org.brattice.hypervisor.partition;

import org.osgi.framework.BundleContext;

/**
 * Ends the process, so that who started it starts it again: what one JVM cannot end, ends with it. The frame and
 * all messages stay, as they do when it is killed.
 */
final class Supervisor implements Recoverer.ProcessRestart {
    /** The framework property that says that somebody starts the process again. */
    static final String SUPERVISED = "brattice.supervised";
    /** The exit status that asks for a restart. */
    static final int STATUS = 75;
    private static final long LOG_MILLIS = 1000;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final BundleContext context;

    Supervisor(BundleContext context) {
        this.context = context;
    }

    @Override
    public String restart(String why) {
        if (!Boolean.parseBoolean(context.getProperty(SUPERVISED))) {
            return "nobody starts the process again: start it with --supervise";
        }
        try {
            LOGGER.log(System.Logger.Level.ERROR,
                    "the process ends, to be started again, because " + why);
            QueuedLogger.LOGGER.flush(LOG_MILLIS);
        } finally {
            // Not in good order: what hangs would be waited for. Also when there is no memory to log with.
            Runtime.getRuntime().halt(STATUS);
        }
        return "";
    }
}
