package org.brattice.hypervisor.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.EventScan;
import org.brattice.api.Fault.Kind;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.hypervisor.vsr.Scanner;

/** The event scan as the operating system calls it, on the partition's first processor. */
final class ScanLoop implements EventScan {
    private static final VarHandle PROGRESS;
    private static final int CLOCK_SCANS = 16;
    private static final long GRID = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LOST_LIMIT = 5000;

    static {
        try {
            PROGRESS = MethodHandles.lookup().findVarHandle(ScanLoop.class, "progress",
                    long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BootRun run;
    private final Scanner scanner;
    private final Firmware firmware;
    private final long period;
    private final long grid;
    private long nextTick;
    /** Counts polls, and what they did between; {@link BootRun#ASLEEP} while it sleeps. Written here alone. */
    private long progress = 1;
    private long polls = 1;
    private boolean polling;
    private int unread;
    private boolean idle = true;
    private int scans;
    private int tenths;

    ScanLoop(BootRun run, Scanner scanner, Firmware firmware) {
        this.run = run;
        this.scanner = scanner;
        this.firmware = firmware;
        this.period = TimeUnit.MILLISECONDS.toNanos(run.declaration().scanPeriodMillis());
        this.grid = Math.min(period, GRID);
        this.nextTick = nextTick();
    }

    /** On a common grid, so that many idle partitions wake the machine together, and seldom. */
    private long nextTick() {
        long latest = System.nanoTime() + period;
        return latest - Math.floorMod(latest, grid);
    }

    @Override
    public boolean stopping() {
        return run.stopping();
    }

    @Override
    public int poll(int limit) {
        check();
        if (polling) {
            throw new HypervisorCallException("the event scan of partition "
                    + run.partition().name() + " was called by what it had called");
        }
        polling = true;
        PROGRESS.setOpaque(this, ++polls);
        run.processors().scans(true);
        try {
            return scan(limit);
        } finally {
            polling = false;
            PROGRESS.setOpaque(this, ++polls);
        }
    }

    /** How far it has come. Any thread. */
    long progress() {
        long now = (long) PROGRESS.getOpaque(this);
        return now == BootRun.ASLEEP ? now : now + scanner.read();
    }

    private int scan(int limit) {
        int done = 0;
        try {
            done = scanner.poll(limit);
            unread = 0;
        } catch (InternalError e) {
            lostMemory(e);
        }
        done += run.runNotices();
        done += run.processors().runWaiting();
        if (looksAtClock() && System.nanoTime() - nextTick >= 0) {
            nextTick = nextTick();
            run.auction().tick();
            run.guarded(Kind.TASK_THREW, "tick", firmware::tick);
        }
        return done;
    }

    /** A look at the clock takes longer than a message: when idle, now and then, and when time has passed. */
    private boolean looksAtClock() {
        int now = scanner.tenths();
        if (idle || now != tenths || ++scans % CLOCK_SCANS == 0) {
            tenths = now;
            idle = false;
            return true;
        }
        return false;
    }

    @Override
    public void await() {
        check();
        if (run.declaration().dedicated() && scanner.look()) {
            return;
        }
        idle = true;
        if (!run.fenced()) {
            // What a handler left behind, or a stranger sent, would end every sleep at once.
            Thread.interrupted();
        }
        run.processors().scans(false);
        PROGRESS.setOpaque(this, BootRun.ASLEEP);
        try {
            await(nextTick - System.nanoTime());
        } catch (InternalError e) {
            lostMemory(e);
        } finally {
            PROGRESS.setOpaque(this, ++polls);
        }
    }

    private void await(long rest) {
        if (run.declaration().dedicated()) {
            while (nextTick - System.nanoTime() > 0 && !scanner.look()) {
                pause();
            }
        } else if (rest > 0) {
            scanner.await(rest);
        }
    }

    private void pause() {
        if (run.crowded()) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    /** The IPCA lies on memory that cannot be had: it is about to move, and the scan with it. */
    private void lostMemory(InternalError e) {
        if (++unread > LOST_LIMIT) {
            throw e;
        }
        run.lostMemory();
        LockSupport.parkNanos(this, LOST_PAUSE_NANOS);
    }

    private void check() {
        if (Processor.current() != run.scanning()) {
            throw new HypervisorCallException("the event scan of partition "
                    + run.partition().name() + " runs on its first processor");
        }
    }
}
