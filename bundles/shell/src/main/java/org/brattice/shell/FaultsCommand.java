package org.brattice.shell;

import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Fault;
import org.brattice.api.Printable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The fault log. */
@Component(service = FaultsCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=faults"})
public final class FaultsCommand {
    private final Operator operator;

    @Activate
    public FaultsCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("lists the fault log, oldest first; of one partition with details")
    public void faults(@Descriptor("[NAME]: a partition's name") String... words) {
        List<String> names = Words.atLeast("faults", words);
        String name = names.isEmpty() ? null : Words.exactly("faults NAME", words).get(0);
        List<Fault> faults = operator.hypervisor().faults().stream()
                .filter(fault -> name == null || fault.partition().equals(name)).toList();
        if (faults.isEmpty()) {
            System.out.println("no faults");
        }
        for (Fault fault : faults) {
            System.out.println(
                    fault.sequence() + " " + fault.moment() + " " + Printable.of(fault.partition())
                            + " " + text(fault));
            if (name != null) {
                fault.detail().lines().forEach(line -> System.out
                        .println("    " + Printable.of(line.replace("\t", "    "))));
            }
        }
    }

    /** Kind and cause, and how often when that was more than once. */
    static String text(Fault fault) {
        return fault.kind() + ": " + Printable.of(fault.cause()) + (fault.count() == 1
                ? ""
                : " (count=" + fault.count() + " latest=" + fault.latest() + ")");
    }
}
