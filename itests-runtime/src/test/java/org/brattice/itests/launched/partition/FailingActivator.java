package org.brattice.itests.launched.partition;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;

/** A partition that does not boot. */
public final class FailingActivator extends PrototypeActivator {
    public FailingActivator() {
        super(context -> new Failing());
    }

    /** Fails at once. */
    static final class Failing implements Firmware {
        @Override
        public void boot(Boot boot) {
            throw new IllegalStateException("a bad update");
        }

        @Override
        public void message(Message message) {
            // Never comes so far.
        }
    }
}
