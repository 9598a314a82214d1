package org.brattice.itests.launched.hostile;

import org.brattice.itests.launched.PrototypeActivator;

/** Brings the hostile firmware. */
public final class HostileActivator extends PrototypeActivator {
    public HostileActivator() {
        super(HostileFirmware::new);
    }
}
