package org.brattice.api;

import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the helper of a partition that has failed may do about it (S12). A vote is given until
 * {@link Firmware#helping} returns; the rest may be done until the failed partition runs again, or a verdict has let its boot
 * go on. On the helper's first processor.
 */
@ProviderType
public interface Helping {
    /** What has happened. */
    Fault fault();

    /** Name of the partition that has failed. */
    String partition();

    /** Its number: {@link IpcaService#read} shows what is left of its IPCA, which the look-up table has. */
    int number();

    /**
     * Copies of the messages that lie unread in its IPCA, oldest first: for answering those who wait. Messages in chunks are
     * left out, and so is what does not fit into 256 KiB.
     *
     * @param limit how many at most
     */
    List<UnreadMessage> unread(int limit);

    /** Location codes of the slots that the failed partition owns at this moment. */
    List<String> slots();

    /**
     * Has a slot of the failed partition moved here; {@link Firmware#relocated} tells what came of it. It moves back when the
     * failed partition runs again, and {@link Firmware#handedBack} is told then.
     *
     * @param location the slot's location code
     * @throws HypervisorCallException when the slot is not the failed partition's
     */
    void takeOver(String location);

    /**
     * Says what is to become of the failed partition: recovery modules see it in {@link FaultReport#votes}, and it is done
     * when none of them answers. The last vote holds.
     *
     * @throws IllegalArgumentException when it is {@link Verdict.Escalate}, which would end all partitions
     */
    void vote(Verdict verdict);
}
