package org.brattice.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * That another partition is overloaded and asks all others for what they can spare (S11). Used on the first processor of
 * the partition that it was handed to, until the call that it was handed to returns.
 */
@ProviderType
public interface Need {
    /** What can be asked for. */
    enum Kind {
        PROCESSOR, BLOCK
    }

    Kind kind();

    /** Name of the partition that needs it. */
    String from();

    /** Its number. */
    int number();

    /** How it fares, in words. */
    String why();

    /** Whether this partition's own performance checks have found that it can spare one, above its minimum. */
    boolean spares();

    /**
     * Offers one, as a loan: writes that to the IPCA of who needs it. Whether it is taken is seen when
     * {@link OperatingSystem#releasing} is called, which may still veto.
     *
     * @return whether that was written: not when there is none above the minimum, or no room
     */
    boolean offer();
}
