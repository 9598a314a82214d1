package org.brattice.shell;

import java.util.stream.Collectors;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Fault;
import org.brattice.api.PartitionInfo;
import org.brattice.api.Printable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Everything that is known about one partition. */
@Component(service = PartitionCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=partition"})
public final class PartitionCommand {
    private final Operator operator;

    @Activate
    public PartitionCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("shows one partition: state, memory, IPCA, slots, faults")
    public void partition(@Descriptor("NAME: the partition's name") String... words) {
        PartitionInfo partition = operator.known(Words.exactly("partition NAME", words).get(0));
        line("name", partition.name());
        line("number", partition.number() == 0 ? "none" : partition.number());
        line("state", partition.state());
        line("since", partition.since());
        if (partition.deadline() != null) {
            line("deadline", partition.deadline());
        }
        line("reason", partition.reason());
        line("bundle", partition.bundle().isEmpty() ? "away" : partition.bundle());
        line("memory", PartitionsCommand.memory(partition));
        line("ranges", partition.ranges().isEmpty()
                ? "none"
                : partition.ranges().stream().map(Object::toString)
                        .collect(Collectors.joining(" ")));
        line("ipca", partition.ipca() == null
                ? "none"
                : partition.ipca() + " (" + Quantity.size(partition.ipca().size()) + ")");
        line("processors", partition.processors());
        line("slots", partition.slots().isEmpty() ? "none" : String.join(" ", partition.slots()));
        line("boots", partition.boots());
        line("read", partition.read() + " messages and chunks in this boot");
        line("unread", partition.unreadBytes() + " bytes" + (partition.oldestUnread() == null
                ? ""
                : ", the oldest sent " + partition.oldestUnread().toMillis() / 1000.0
                        + "s ago"));
        line("faults", partition.faults().isEmpty() ? "none" : partition.faults().size());
        for (Fault fault : partition.faults()) {
            System.out.println("  " + fault.moment() + " " + FaultsCommand.text(fault));
        }
    }

    private static void line(String name, Object value) {
        System.out.printf("%-10s  %s%n", name, Printable.of(value));
    }
}
