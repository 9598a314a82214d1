package org.brattice.hypervisor.vsr;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The time that records carry, in tenths of a second since 1970, modulo 2^32: coarse, so that a send
 * reads a field and no clock. Stored by the control thread, read by any.
 */
final class Clock {
    static final long MILLIS = 100;
    private static final VarHandle TENTHS;

    static {
        try {
            TENTHS = MethodHandles.lookup().findVarHandle(Clock.class, "tenths", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int tenths = (int) (System.currentTimeMillis() / MILLIS);

    void tick() {
        TENTHS.setOpaque(this, (int) (System.currentTimeMillis() / MILLIS));
    }

    int tenths() {
        return tenths;
    }

    /** Milliseconds since a stamp; right for stamps of the last six years. */
    static long millisSince(int stamp) {
        return Math.max(0, (int) (System.currentTimeMillis() / MILLIS) - stamp) * MILLIS;
    }
}
