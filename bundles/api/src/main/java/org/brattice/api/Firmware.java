package org.brattice.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A partition's own logic: a prototype-scoped service with the property {@code partition.name}
 * (the {@link Partition} annotation sets it).
 *
 * <p>The hypervisor takes a fresh instance for every boot and calls all methods on the partition's
 * first virtual processor, one at a time, so an implementation needs no locks of its own. Whatever
 * a method throws is a fault of this partition alone.
 */
@ConsumerType
public interface Firmware {
    /**
     * The first call of a boot. The IPCA is registered when this returns, unless it was registered
     * here by {@link Boot#register}; messages sent meanwhile wait.
     *
     * @param boot what the hypervisor grants this boot; keep it, it is dead when the boot has ended
     */
    default void boot(Boot boot) throws Exception {}

    /**
     * One message, in the order in which its sender sent it (S6). It is marked as read when this
     * returns. When this throws, the message is offered again, with {@link Message#attempt} one
     * higher.
     *
     * @param message valid until this returns; its accessors throw afterwards. The bytes are read in
     *        place. Copy what you keep: a {@link Message#payload} kept longer may show later
     *        messages of this partition, never another partition's bytes, and throws when this boot
     *        has ended.
     */
    void message(Message message) throws Exception;

    /**
     * One chunk of a message larger than a record (S8). Chunks of one message come in order; those
     * of different messages, and small messages, interleave.
     *
     * <p>Firmware that does not override this takes no chunked messages: the sender is told
     * {@link IpcaService#REFUSED}.
     *
     * @param chunk valid until this returns, as in {@link #message}
     */
    default void chunk(Chunk chunk) throws Exception {
        chunk.refuse();
    }

    /**
     * The sender of a chunked message ended before its last chunk, or a chunk was given up: the message
     * will never be whole. Told again when the process was killed meanwhile.
     *
     * @param source number of the sender
     * @param stream as in {@link Chunk#stream}
     */
    default void aborted(int source, long stream) throws Exception {}

    /**
     * A receiver has read what this partition sent with {@link Delivery#notified}.
     *
     * @param receiver number of the partition that read
     * @param position all messages to it up to this position, included, have been read, but for those
     *        that {@link #givenUp} told of
     */
    default void read(int receiver, long position) throws Exception {}

    /**
     * A receiver has given up a message that this partition sent with {@link Delivery#notified}: its
     * handler threw at every attempt. When several were given up before this partition could hear of it,
     * the latest.
     *
     * @param receiver number of the partition that gave up
     * @param position of the message
     */
    default void givenUp(int receiver, long position) throws Exception {}

    /**
     * A receiver has room for what this partition could not send it with {@link Delivery#waking}. What
     * is sent to that receiver in this call goes as the first in line. When this returns the place in
     * line is given up; but a waking send in this call that found no room again keeps it, or takes one
     * at the end of the line when another send in this call had its room.
     *
     * <p>The call comes between two messages. Others leave the room to this partition for 10 ms; when
     * its scan comes later than that, it is called when it is first again and there is room.
     *
     * @param receiver number of the partition with room in its IPCA
     */
    default void room(int receiver) throws Exception {}

    /**
     * A resource of this partition is to move away (S10): prepares for that. It is still this partition's
     * until {@link #relocated} says otherwise.
     *
     * @throws Veto when it cannot be spared; anything else that is thrown is a fault of this partition, and a
     *         veto too
     */
    default void releasing(Relocation relocation) throws Exception {}

    /**
     * A resource is to move to this partition, as its loser has written to this partition's IPCA, or the
     * hypervisor for it: prepares for that.
     *
     * @throws Veto when it is not wanted; anything else that is thrown is a fault of this partition, and a
     *         veto too
     */
    default void arriving(Relocation relocation) throws Exception {}

    /** What a move has come to that this partition lost or got a resource by, or was to. */
    default void relocated(Move move) throws Exception {}

    /**
     * A partition has a fault that this one asked to hear of (S12). In a storm not each repetition is told: the
     * fault's count says how many there were.
     */
    default void faulted(Fault fault) throws Exception {}

    /**
     * A partition that names this one as its helper has failed (S12). What is to become of it is decided when this
     * returns, or after 250 ms.
     */
    default void helping(Helping helping) throws Exception {}

    /** A partition that this one has helped runs again, and has got back what was taken over. */
    default void handedBack(String partition) throws Exception {}

    /**
     * Asked at each performance check (S11): how much of the partition's memory is in use, as a share from 0 to 1, or
     * NaN when the firmware does not know. Much makes the operating system ask other partitions for memory blocks, little
     * lets it offer those above the minimum.
     */
    default double memoryUse() throws Exception {
        return Double.NaN;
    }

    /** Once per scan period, for what a partition does by itself. */
    default void tick() throws Exception {}

    /**
     * The last call of a boot, within the stop deadline: the partition's bundle stops, is updated, or
     * the frame shuts down. Unread messages stay in the IPCA for the next boot.
     */
    default void halt() throws Exception {}
}
