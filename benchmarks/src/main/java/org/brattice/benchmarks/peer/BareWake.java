package org.brattice.benchmarks.peer;

import java.util.concurrent.locks.LockSupport;

/** The limit of any wake-up: a virtual thread that parks until a word has come. */
final class BareWake extends LanePeer {
    @Override
    Lane lane(Load load, Intake intake) {
        Sleeper sleeper = new Sleeper(intake);
        Thread thread = Thread.ofVirtual().start(sleeper);
        return new Lane() {
            @Override
            public Port port() {
                return word -> {
                    sleeper.word = word;
                    LockSupport.unpark(thread);
                    return true;
                };
            }

            @Override
            public void close() {
                sleeper.over = true;
                LockSupport.unpark(thread);
            }
        };
    }

    private static final class Sleeper implements Runnable {
        private final Intake intake;
        private volatile long word = -1;
        private volatile boolean over;

        Sleeper(Intake intake) {
            this.intake = intake;
        }

        @Override
        public void run() {
            long seen = -1;
            while (!over) {
                long now = word;
                if (now == seen) {
                    LockSupport.park();
                } else {
                    seen = now;
                    intake.take(now, ~now);
                }
            }
        }
    }
}
