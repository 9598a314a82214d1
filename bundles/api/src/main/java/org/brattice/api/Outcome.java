package org.brattice.api;

/**
 * What became of a broadcast at one receiver.
 *
 * @param receiver number of the partition
 * @param position the message's position, or a negative value as {@link IpcaService#send} returns
 */
public record Outcome(int receiver, long position) {
    /** Whether the message was sent. */
    public boolean sent() {
        return position >= 0;
    }
}
