package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.Performance;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.resource.Slots;
import org.brattice.hypervisor.vsr.Scanner;

/** What a boot needs of the machine. Called on the partition's processors unless said otherwise. */
interface BootHost {
    /** A view of the frame for one boot. Control thread. */
    View view();

    /** A processor for a boot. Control thread. */
    Processor processor(BootRun run, int index);

    /** Whether more dedicated processors run than the host has. Any thread. */
    boolean crowded();

    /** How many virtual processors a partition owns. Control thread. */
    int processors(int number);

    /** A processor that was to leave a boot has left. */
    void left(BootRun run);

    /** The announcement of a resource move was read; whether that came to its end. */
    boolean announced(BootRun run, Message message);

    /** What a partition keeps. Control thread. */
    List<MemoryRange> ranges(int number);

    /** Who owns which block: to look at, on any thread. */
    BlockMap blocks();

    /** What partitions have lent to others. */
    Loans loans();

    /** What a performance check has measured, completed by what the machine knows. */
    Performance measure(LogicalPartition partition, Duration period, int processors, double busy,
            int waitingTasks, double memoryUse);

    /** Writes to all other IPCAs what only the hypervisor can write; how many. On the first processor. */
    int broadcast(BootRun run, MemorySegment text);

    /** Writes to one IPCA what only the hypervisor can write; whether it was. On the first processor. */
    boolean announce(BootRun run, int receiver, MemorySegment text);

    /** The partition's IPCA, or null. */
    MemoryRange ipca(int number);

    /** Where the partition's IPCA was made, before any remap, or null. */
    MemoryRange home(int number);

    /**
     * Enters the IPCA into the look-up table, or finds it there, and makes the boot's scanner, which is
     * taken before anybody else can look whether the boot has one.
     */
    void register(BootRun run, MemoryRange range, Consumer<Scanner> taken);

    /** Name of a partition, also of one that is gone. Any thread. */
    String name(int number);

    Slots slots();

    /** Wakes a partition's event scan. Any thread. */
    void ring(int number);

    /** Looks whether IPCAs have lost memory, and moves those that have. Any thread. */
    void checkMemory();

    /** The boot asks to hear of the faults of a partition, or of all. */
    void hearFaults(BootRun run, String partition);

    /** The boot is ready to read. */
    void running(BootRun run);

    /** The boot ends by itself, or failed. */
    void ending(BootRun run);

    /** The boot's last processor has ended. */
    void ended(BootRun run);
}
