package org.brattice.hypervisor.vsr;

import java.util.concurrent.CountDownLatch;

/** A holder whose thread meets its fate at one step of a write. */
final class StepHolder extends Holder {
    /** Its thread is parked at the step. */
    final CountDownLatch arrived = new CountDownLatch(1);
    /** Its thread goes on when this is counted down. */
    final CountDownLatch resume = new CountDownLatch(1);
    private final Step at;
    private final Fate fate;
    private boolean met;

    enum Fate {
        THROW, PARK
    }

    /** Thrown at the step. */
    static final class Ended extends Error {
        private static final long serialVersionUID = 1;
    }

    StepHolder(Holders holders, int number, Step at, Fate fate) {
        super(holders, number, false);
        this.at = at;
        this.fate = fate;
        bind();
    }

    @Override
    void step(Step step) {
        if (step != at || met) {
            return;
        }
        met = true;
        if (fate == Fate.THROW) {
            throw new Ended();
        }
        arrived.countDown();
        boolean interrupted = false;
        while (resume.getCount() > 0) {
            try {
                resume.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
