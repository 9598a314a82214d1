package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.brattice.api.Runaway;

/**
 * Threads of boots that were shut out and go on: no JVM can end them. They reach nothing of the frame, and take
 * processor time; when there are too many the process is to restart. Added to by the control thread; looked at by
 * any.
 */
final class Runaways {
    /** How long threads may take to end by themselves. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ControlThread control;
    private final int limit;
    private final Recoverer.ProcessRestart process;
    private final List<Since> boots = new CopyOnWriteArrayList<>();

    private volatile boolean closing;
    /** How many there were when a restart was asked for the last time. Control thread. */
    private int asked;

    private record Since(BootRun boot, Instant moment) {}

    /**
     * None at first.
     *
     * @param limit how many there may be, or 0 for any number
     */
    Runaways(ControlThread control, int limit, Recoverer.ProcessRestart process) {
        this.control = control;
        this.limit = limit;
        this.process = process;
    }

    /** The hypervisor stops: nobody is to start it again for them. Any thread. */
    void close() {
        closing = true;
    }

    /** A boot is shut out. */
    void add(BootRun boot) {
        boots.add(new Since(boot, Instant.now()));
        control.later(GRACE, this::look);
    }

    private void look() {
        boots.removeIf(one -> one.boot().gone());
        int count = all().size();
        asked = count <= limit ? 0 : asked;
        if (limit > 0 && count > limit && count > asked && !closing) {
            asked = count;
            String why = "runaway threads=" + count + " are more than brattice.runaways=" + limit;
            LOGGER.log(System.Logger.Level.WARNING, "{0}: {1}", why, process.restart(why));
        }
    }

    /** Those that go on at this moment. Any thread. */
    List<Runaway> all() {
        List<Runaway> all = new ArrayList<>();
        for (Since one : boots) {
            for (Processor processor : one.boot().processors().alive()) {
                all.add(new Runaway(one.boot().partition().name(),
                        one.boot().partition().number(), one.moment(), processor.doing()));
            }
        }
        return all;
    }
}
