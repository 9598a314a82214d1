package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.util.Arrays;
import java.util.NoSuchElementException;

import org.brattice.hypervisor.vsr.Holder;
import org.brattice.hypervisor.vsr.Holders;
import org.osgi.framework.Bundle;

/**
 * A virtual processor of one boot: a thread with an identity. The identity register is bound while it
 * runs, so a hypervisor call knows its caller without being told.
 */
final class Processor {
    /** The hypervisor's identity register. */
    static final ScopedValue<Processor> CURRENT = ScopedValue.newInstance();

    private final BootRun boot;
    private final Bundle bundle;
    private final Holders holders;
    private final DedicatedProcessors polling;
    private final Holder holder;
    private final String name;
    private volatile Thread thread;

    Processor(BootRun boot, Holders holders, DedicatedProcessors polling, int number,
            int index) {
        this.boot = boot;
        this.bundle = boot.source().bundle();
        this.holders = holders;
        this.polling = polling;
        this.holder = new Holder(holders, number, index == 0);
        this.name = "brattice-" + boot.partition().name() + "-" + index;
    }

    /**
     * The processor that runs the current thread, or null; a thread that inherited one is none. Only
     * {@code get} looks into the thread's cache of scoped values; {@code isBound} walks all bindings.
     */
    static Processor current() {
        Processor bound;
        try {
            bound = CURRENT.get();
        } catch (NoSuchElementException e) {
            return null;
        }
        return bound != null && bound.thread == Thread.currentThread() ? bound : null;
    }

    /** Has code run on the current processor that does not act for its partition. */
    static <T> T withoutIdentity(ScopedValue.CallableOp<T, IOException> call) throws IOException {
        return ScopedValue.where(CURRENT, null).call(call);
    }

    BootRun boot() {
        return boot;
    }

    /** Whose service object its hypervisor calls must come through. */
    Bundle bundle() {
        return bundle;
    }

    Holder holder() {
        return holder;
    }

    /** Starts it; the program is partition code as far as the guard lets it. */
    void start(boolean dedicated, Runnable program) {
        Thread.Builder builder = dedicated ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
        thread = builder.name(name).unstarted(() -> {
            holder.bind();
            try {
                run(dedicated && holder.scanning(), program);
            } finally {
                holders.remove(holder);
            }
        });
        thread.start();
    }

    private void run(boolean polls, Runnable program) {
        if (polls) {
            polling.begins();
        }
        try {
            ScopedValue.where(CURRENT, this).run(program);
        } finally {
            if (polls) {
                polling.ends();
            }
        }
    }

    /** It will never be started. */
    void discard() {
        holders.remove(holder);
    }

    /** Whether its thread can run no more. */
    boolean ended() {
        Thread running = thread;
        return running == null || !running.isAlive();
    }

    /** Its thread, and where that is, for people. Any thread. */
    String doing() {
        Thread running = thread;
        return running == null ? "thread=" + name : doing(running);
    }

    /** Where its thread is at this moment. Any thread. */
    StackTraceElement[] trace() {
        Thread running = thread;
        return running == null ? new StackTraceElement[0] : running.getStackTrace();
    }

    /** A thread, and where it is, for people. */
    static String doing(Thread running) {
        return "thread=" + running.getName() + Arrays.stream(running.getStackTrace())
                .filter(frame -> !Thrown.ofJdk(frame))
                .findFirst().map(frame -> " is in " + frame).orElse("");
    }

    void interrupt() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
