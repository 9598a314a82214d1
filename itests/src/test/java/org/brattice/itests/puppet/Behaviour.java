package org.brattice.itests.puppet;

import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.osgi.framework.BundleContext;

/** What the firmware of a test partition does: asked for a fresh instance at each boot. */
public interface Behaviour {
    /**
     * Firmware for one boot.
     *
     * @param own context of the partition's bundle
     * @param ipca the bundle's own service object
     */
    Firmware firmware(BundleContext own, IpcaService ipca);
}
