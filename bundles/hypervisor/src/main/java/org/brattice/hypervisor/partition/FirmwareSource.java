package org.brattice.hypervisor.partition;

import java.util.Map;

import org.brattice.api.Firmware;
import org.brattice.api.OperatingSystem;
import org.osgi.framework.Bundle;

/** Where a boot gets fresh firmware from. Called on the partition's processors: it is partition code. */
interface FirmwareSource {
    /** Whether its service goes, or has gone: what its firmware does from then on is no fault. */
    default boolean goes() {
        return false;
    }

    /** A fresh instance. */
    Firmware firmware();

    /** The bundle's own operating system for the partition, or ours. */
    OperatingSystem operatingSystem();

    /** Gives both back; either may be null. */
    void release(Firmware firmware, OperatingSystem operatingSystem);

    /** Whose firmware it is; hypervisor calls must come through that bundle's service object. */
    Bundle bundle();

    /** When the bundle's content was last modified, as of this service: milliseconds, as the framework counts them. */
    long modified();

    /** Of the service, now. */
    Map<String, ?> properties();

    /** {@code symbolic-name/version [id]}. */
    String description();
}
