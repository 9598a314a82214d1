package org.brattice.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Declares a partition: put it on the component that implements its {@link Firmware}.
 *
 * <p>The build turns it into a capability of the bundle's manifest, which the hypervisor checks
 * before any code of the bundle runs, and into service properties with the prefix
 * {@code partition.}, which Configuration Admin can override. Factory configurations make several
 * partitions of one bundle: each gives a {@code partition.name}, and from the first on the name in
 * the declaration needs one of its own. Sizes are a number with a unit, {@code KiB}, {@code MiB} or
 * {@code GiB}: {@code "64 MiB"}.
 *
 * <p>S1: a partition owns a share of system memory and reserves a part of it as its IPCA.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
@ComponentPropertyType
@Capability(namespace = Partition.NAMESPACE)
public @interface Partition {
    /** The capability namespace in which a bundle's manifest declares its partitions. */
    String NAMESPACE = "org.brattice.partition";

    /** Of the service properties that the declaration becomes. */
    String PREFIX_ = "partition.";

    /** Unique in the frame: 1 to 63 of a-z, 0-9, '-' and '.', beginning with a letter. */
    @Attribute("name")
    String name();

    /** Partition memory, rounded up to whole memory blocks of the frame. */
    @Attribute("memory")
    String memory() default "16 MiB";

    /**
     * How much of the partition memory stays, rounded up to whole blocks: all of it, unless given. The
     * blocks above that can move to others while the partition runs ({@link Boot#blocks}).
     */
    @Attribute("memory.minimum")
    String memory_minimum() default "";

    /** The IPCA, a part of the partition memory: a power of two, at least 4 KiB. */
    @Attribute("ipca")
    String ipca() default "1 MiB";

    /** Virtual processors: for the event scan, and for what {@link Boot#run} takes. */
    @Attribute("processors")
    int processors() default 1;

    /** How many of the virtual processors stay; others can move away while the partition runs. */
    @Attribute("processors.minimum")
    int processors_minimum() default 1;

    /** Whether the processors are platform threads that poll without ever sleeping. */
    @Attribute("dedicated")
    boolean dedicated() default false;

    /** The longest time between two event scans, in milliseconds, should no doorbell ring. */
    @Attribute("scan.period")
    long scan_period() default 1000;

    /** How often a message is offered whose handler fails; then it becomes a dead letter. */
    @Attribute("attempts")
    int attempts() default 3;

    /**
     * How long is waited after the first failure of a message's handler, in milliseconds; twice as long
     * after each further one, up to a minute.
     */
    @Attribute("retry.delay")
    long retry_delay() default 10;

    /**
     * How long the event scan may take for one message or for one call of the firmware, in milliseconds; longer
     * is a fault. Time in which it waits for room at a receiver does not count.
     */
    @Attribute("deadline")
    long deadline() default 10_000;

    /** How long a task may take, in milliseconds, where others than the event scan run tasks; 0 for ever. */
    @Attribute("task.deadline")
    long task_deadline() default 0;

    /** Name of the partition that helps when this one fails; it need not be there. */
    @Attribute("helper")
    String helper() default "";

    /** Location codes of the I/O slots that the partition owns. */
    @Attribute("slots")
    String[] slots() default {};

    /**
     * Whether each message to this partition carries a checksum of its payload, which its event scan
     * compares before it offers the message. It may change from boot to boot.
     */
    @Attribute("checksums")
    boolean checksums() default false;
}
