package org.brattice.api;

import java.lang.foreign.MemorySegment;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What one boot of a partition is granted, from {@link Firmware#boot} to {@link Firmware#halt}. It is
 * a capability: who holds it acts for the partition, so keep it to yourself. Every segment obtained
 * from it throws when the boot has ended.
 */
@ProviderType
public interface Boot {
    /** The partition's name. */
    String name();

    /** The partition's number, never reused while the frame lives. */
    int number();

    /** How many virtual processors the partition owns now. */
    int processors();

    /** How often this partition has booted on this frame, this boot included. */
    long count();

    /**
     * The frame addresses that the partition keeps, ascending; its IPCA lies in one of them. What it owns
     * above its minimum is in {@link #blocks}.
     */
    List<MemoryRange> ranges();

    /**
     * The memory blocks that the partition owns above its minimum, ascending: they can move away, and others
     * come, while it runs ({@link Firmware#releasing}, {@link Firmware#relocated}).
     */
    List<Resource.MemoryBlock> blocks();

    /**
     * One of {@link #blocks}, readable and writable: zero when it has moved here; what a partition writes
     * is kept from boot to boot. From the instant in which the block moves away every access to the segment throws.
     *
     * @throws HypervisorCallException when the block is not one of them, or on another thread than a
     *         processor of the partition
     */
    MemorySegment block(Resource.MemoryBlock block);

    /**
     * The memory that the partition keeps, readable and writable, one segment for each range without the
     * IPCA. Zero at first boot; contents and offsets are kept from boot to boot, also when the IPCA moves. Called before registration, this
     * settles where the IPCA lies: in the place that the operating system would give it. The segments may
     * be used on any thread; one that is inside blocking I/O on them when the boot ends keeps the memory
     * in quarantine until it has come out.
     *
     * @throws HypervisorCallException on another thread than a processor of the partition
     */
    List<MemorySegment> memory();

    /**
     * The hypervisor call that registers the IPCA (S1), at most once a boot, on a processor of the
     * partition. When earlier boots have left an IPCA, only the same range is accepted, because unread
     * messages lie in it; when the hypervisor has moved that one (a remap), it stays where it is then, outside
     * of the memory that the partition reaches, and {@link #ipca} says where. Where it was made stays out of
     * {@link #memory} then too.
     *
     * @param base frame address in bytes, a multiple of 4 KiB
     * @param size in bytes, a power of two
     * @throws HypervisorCallException when the range is not in the partition's own memory, is
     *         misaligned, or the boot has registered already
     */
    void register(long base, long size);

    /** The registered IPCA as it lies now, wherever it was moved, or null before registration. Any thread. */
    MemoryRange ipca();

    /** The IPCA's size in bytes as declared or configured. */
    long ipcaSize();

    /** Location codes of the I/O slots that the partition owns now, in their order. */
    List<String> slots();

    /**
     * The block device in a slot that the partition owns.
     *
     * @param location the slot's location code
     * @throws HypervisorCallException when the slot is not this partition's, or holds no block device
     */
    BlockDevice device(String location);

    /**
     * The serial line in a slot that the partition owns.
     *
     * @param location the slot's location code
     * @throws HypervisorCallException when the slot is not this partition's, or holds no serial line
     */
    SerialDevice serial(String location);

    /**
     * Asks to hear of the faults of a partition: each comes as a message, in line with all others, to
     * {@link Firmware#faulted}. Holds until this boot ends.
     *
     * @param partition its name, which need not be known yet; or {@code *} for all others
     * @throws HypervisorCallException on another thread than a processor of the partition
     */
    void hearFaults(String partition);

    /**
     * Runs a task on one of the partition's virtual processors, as many tasks at once as it owns processors. With
     * one it is run by the thread of the event scan, between two messages; with more by others, which may
     * wait for what messages bring. While the event scan has something to do, one task fewer begins. May be called from any thread. What is
     * handed in before the IPCA is registered begins when it is, so that what others answer to the
     * task's messages is received: a boot must not wait for its tasks. What the task throws is a fault
     * of the partition.
     */
    void run(Runnable task);
}
