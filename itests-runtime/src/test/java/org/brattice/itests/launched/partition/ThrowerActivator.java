package org.brattice.itests.launched.partition;

import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;

/** A partition that fails at every message. */
public final class ThrowerActivator extends PrototypeActivator {
    public ThrowerActivator() {
        super(context -> new Thrower());
    }

    /** Throws what it was told. */
    static final class Thrower implements Firmware {
        @Override
        public void message(Message message) {
            throw new IllegalStateException(message.text());
        }
    }
}
