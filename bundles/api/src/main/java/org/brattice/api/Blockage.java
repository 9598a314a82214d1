package org.brattice.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What stands between a sender and a receiver, as seen at one moment without stopping anybody: who blocks
 * me?
 *
 * @param sender name of the partition that wants to send
 * @param receiver name of the partition that is to receive
 * @param receiverState a partition that is not {@link PartitionState#RUNNING} reads nothing
 * @param receiverSince since when it is in that state
 * @param ipcaBytes size of the receiver's IPCA; 0 when it has none
 * @param freeBytes of the IPCA
 * @param unreadBytes of the IPCA: committed and not yet read
 * @param oldest the first message that is not yet read, or null
 * @param lease who writes at this moment, or null
 * @param waitsFor the partition for whose room the receiver's event scan waits, or null
 * @param line who waits for room, in order, at most {@link #LINE_LIMIT}
 * @param heldBack whether the sender is held back here: messages that it sent earlier, and that the
 *        receiver's handler failed on, are in the way
 */
public record Blockage(String sender, String receiver, PartitionState receiverState,
        Instant receiverSince, long ipcaBytes, long freeBytes, long unreadBytes, Unread oldest,
        Lease lease, String waitsFor, List<InLine> line, boolean heldBack) {
    /** How much of a line is shown. */
    public static final int LINE_LIMIT = 256;

    /**
     * A message or chunk that is not yet read.
     *
     * @param position of the message
     * @param source name of its sender
     * @param length bytes of its payload
     * @param attempt how often it has been offered; 0 when it has not
     * @param age since it was sent, in steps of a tenth of a second
     */
    public record Unread(long position, String source, int length, int attempt, Duration age) {}

    /**
     * The right to write, which is held for one write.
     *
     * @param partition name of the holder
     * @param scanning whether the holder is the processor of its event scan
     * @param held for how long at least; 0 when that is less than a tenth of a second
     */
    public record Lease(String partition, boolean scanning, Duration held) {}

    /**
     * One who waits for room.
     *
     * @param partition name of the sender
     * @param wakes whether it is called when there is room, or waits to a deadline
     * @param waiting for how long
     * @param bytes of the record that it wants to write
     * @param heldBack whether it is passed over because it is held back
     */
    public record InLine(String partition, boolean wakes, Duration waiting, long bytes,
            boolean heldBack) {}
}
