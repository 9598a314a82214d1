package org.brattice.api;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The hypervisor calls of a partition: an OSGi service, published per bundle.
 *
 * <p>All methods are to be called on a virtual processor of the calling partition, that is from its
 * {@link Firmware} or from a task of {@link Boot#run}; there the hypervisor knows who calls. On any
 * other thread, or through the service object of another bundle, they throw
 * {@link HypervisorCallException}. Sending allocates nothing and makes no system call while the
 * receiver is awake (S9).
 */
@ProviderType
public interface IpcaService {
    /**
     * The receiver's IPCA has no room, others wait for it already, too many write to it at this moment, or
     * this partition is held back there: nothing was sent.
     */
    long NO_ROOM = -1;

    /** The partition has no IPCA at present, or is gone for ever: nothing was sent. */
    long NO_IPCA = -2;

    /** The receiver takes no more of this chunked message: it never becomes a whole message. */
    long REFUSED = -3;

    /** Waiting would close a circle of partitions that wait for each other's room. */
    long DEADLOCK = -4;

    /**
     * Number of a partition by name. Look it up once: the number stays valid over stops and updates.
     *
     * @throws HypervisorCallException when no such partition is known; the message lists those known
     */
    int number(String partition);

    /** {@link #send(int, MemorySegment, Delivery)} with {@link Delivery#TRY}. */
    default long send(int receiver, MemorySegment payload) {
        return send(receiver, payload, Delivery.TRY);
    }

    /**
     * Sends one message: one copy from this partition's memory into the receiver's IPCA, under its
     * write lease (S4). A payload beyond {@link #recordLimit} goes in chunks (S8), and is sent when
     * the last one commits; it needs a {@code delivery} that waits, and waits at most so long for
     * each chunk. At most 64 such messages are on their way to a receiver at once; a further one waits
     * as for room until one of them is through.
     *
     * @param receiver number of another partition
     * @param payload any segment accessible from this thread; need not be kept afterwards
     * @return the message's position, not negative, or {@link #NO_ROOM}, {@link #NO_IPCA},
     *         {@link #REFUSED}, {@link #DEADLOCK}
     * @throws HypervisorCallException when the receiver's number was never given, or is the caller's
     */
    long send(int receiver, MemorySegment payload, Delivery delivery);

    /**
     * Sends several segments, one after the other, as one message.
     *
     * @param parts reuse the list to allocate nothing
     */
    long send(int receiver, List<MemorySegment> parts, Delivery delivery);

    /**
     * Sends many messages of one size: the messages lie one behind the other in one segment. They go in
     * sections of at most an eighth of the receiver's IPCA and 256 KiB; of each section all messages
     * appear or none, also when the sender or the process ends in between. Between two sections other
     * senders get their turn. A delivery that waits does so to one deadline for the whole batch; one that
     * notifies concerns the last message alone, because positions read are cumulative.
     *
     * @param messages its size is a whole multiple of {@code size}
     * @param size bytes of each message, 1 to {@link #recordLimit}
     * @return how many were sent, from the first: fewer than all when there was no room for more; if none
     *         was sent, {@link #NO_ROOM}, {@link #NO_IPCA} or {@link #DEADLOCK}
     * @throws HypervisorCallException when the receiver's number was never given, or is the caller's, or
     *         a size is out of bounds: nothing was sent
     */
    int sendBatch(int receiver, MemorySegment messages, int size, Delivery delivery);

    /**
     * Sends to all other partitions that have an IPCA: first a try to each, then, where the delivery
     * waits, the full ones until the common deadline. Not atomic. The payload must fit in a record of
     * each receiver; to where it does not the outcome is {@link #NO_ROOM}.
     *
     * @return one outcome per receiver, ascending by number
     */
    List<Outcome> broadcast(MemorySegment payload, Delivery delivery);

    /** Bytes of the largest payload that goes to this receiver as one record; 0 without an IPCA. */
    int recordLimit(int receiver);

    /**
     * Foreign read (S5): copies from the VSR. The hypervisor checks that the whole range lies in the
     * VSR, takes the lease of each IPCA for a slice of at most 256 KiB, and shows messages that are
     * committed and not yet read: other bytes read as zero. Consistent per slice.
     *
     * @param address frame address of the first byte
     * @param target its size is the length of the read
     * @throws HypervisorCallException when a byte of the range is outside the VSR: nothing is read
     */
    void read(long address, MemorySegment target);

    /** The look-up table (S2), ascending by partition number. */
    List<IpcaEntry> lookUpTable();

    /**
     * The position up to which a receiver has read the messages that this partition sent it with
     * {@link Delivery#notified}; -1 before the first.
     */
    long readBy(int receiver);

    /**
     * What has become of a message that this partition sent {@link Delivery#tracked}. A partition has 64
     * such messages at a time; a further one takes the place of the oldest that was deleted or given up,
     * and while there is none it is not sent: {@link #NO_ROOM}, at once. It is remembered over restarts
     * of this partition, and of the process as long as frame memory is.
     *
     * @param position as the send returned it
     * @return empty when it was not tracked, or is not any more
     */
    Optional<Tracking> track(int receiver, long position);
}
