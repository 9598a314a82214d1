package org.brattice.shell;

import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Hypervisor;
import org.brattice.api.MemoryRange;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.api.Printable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** All partitions in one table, and why those that do not run do not. */
@Component(service = PartitionsCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=partitions"})
public final class PartitionsCommand {
    private final Operator operator;

    @Activate
    public PartitionsCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("lists the partitions of the frame")
    public void partitions(@Descriptor("(takes no parameters)") String... words) {
        Words.exactly("partitions", words);
        Table table = new Table(">NUMBER", "NAME", "STATE", ">MEMORY", ">IPCA", ">BOOTS",
                ">READ", ">UNREAD", "BUNDLE");
        List<PartitionInfo> partitions = operator.hypervisor().partitions();
        for (PartitionInfo partition : partitions) {
            table.row(partition.number() == 0 ? "-" : partition.number(), partition.name(),
                    partition.state(), memory(partition), ipca(partition), partition.boots(),
                    partition.read(), partition.unreadBytes(),
                    bundle(partition));
        }
        table.print(System.out);
        for (PartitionInfo partition : partitions) {
            if (partition.state() != PartitionState.RUNNING) {
                System.out.println(partition.name() + " is " + partition.state() + ": "
                        + Printable.of(partition.reason()));
            }
        }
        warn(operator.hypervisor());
    }

    /** Nobody is to look for the reason of faults that are asked for. */
    static void warn(Hypervisor hypervisor) {
        if (hypervisor.injection().on()) {
            System.out.println("fault injection is on: say inject");
        }
    }

    /** Without its version, so that a row fits on a line. */
    private static String bundle(PartitionInfo partition) {
        return partition.bundle().isEmpty() ? "-" : partition.bundle().replaceFirst("/\\S+", "");
    }

    static String memory(PartitionInfo partition) {
        long bytes = partition.ranges().stream().mapToLong(MemoryRange::size).sum();
        return bytes == 0 ? "-" : Quantity.size(bytes);
    }

    private static String ipca(PartitionInfo partition) {
        return partition.ipca() == null ? "-" : Quantity.size(partition.ipca().size());
    }
}
