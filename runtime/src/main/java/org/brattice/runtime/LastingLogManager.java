package org.brattice.runtime;

import java.util.logging.LogManager;

/** Keeps the log open while the process ends, as partitions are stopped then. */
public final class LastingLogManager extends LogManager {
    @Override
    public void reset() {}
}
