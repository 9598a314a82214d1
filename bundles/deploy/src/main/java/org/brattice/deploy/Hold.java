package org.brattice.deploy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * How long a bundle that has been installed is not started, so that what is put into the folder together is applied
 * together: until the configurations beside its jar have been applied; and when the jar came while the machine runs,
 * until its first configuration has been applied or the settle time has passed.
 */
final class Hold {
    /** How long a configuration that lies there may take, as it is taken when two looks find it the same. */
    private static final Duration LOOKS = Duration.ofSeconds(3);

    private final File jar;
    private final Set<String> pids;
    private final Companions companions;
    private final Instant until;

    /**
     * @param pids of the configurations that its components would take
     * @param until when it is started without one, or null if at once
     */
    Hold(File jar, Set<String> pids, Companions companions, Instant until) {
        this.jar = jar;
        this.pids = pids;
        this.companions = companions;
        this.until = until;
    }

    /** When a jar has lain there for the settle time; null if it lay there before the machine started. */
    static Instant until(File jar, Instant started, Duration settle, Instant now)
            throws IOException {
        // A copy that keeps the time of its original has come now nevertheless.
        Instant came = ((FileTime) Files.getAttribute(jar.toPath(), "unix:ctime")).toInstant();
        if (came.isBefore(started)) {
            return null;
        }
        Instant end = came.plus(settle);
        return end.isAfter(now.plus(settle)) ? now.plus(settle) : end;
    }

    /** Whether the bundle is not to be started yet. */
    boolean on(Instant now) {
        if (pids.isEmpty()) {
            return false;
        }
        Set<String> pending = pending();
        if (!pending.isEmpty()) {
            return true;
        }
        return until != null && now.isBefore(until) && !companions.applied(pids);
    }

    /** The files beside the jar that are still to be applied. */
    Set<String> pending() {
        return companions.pending(jar.getParentFile(), pids);
    }

    /** When waiting for files that lie there is given up. */
    Instant end(Instant now) {
        return (until == null || until.isBefore(now) ? now : until).plus(LOOKS);
    }
}
