package org.brattice.shell;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Holding;
import org.brattice.api.Loan;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Who owns which resource: each is in one row, but for the memory blocks of the hypervisor and those in
 * quarantine.
 */
@Component(service = ResourcesCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=resources"})
public final class ResourcesCommand {
    private final Operator operator;

    @Activate
    public ResourcesCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("shows who owns which processors, memory blocks and slots; of one partition by name")
    public void resources(@Descriptor("[NAME]: a partition's name") String... words) {
        List<String> names = Words.atLeast("resources", words);
        String name = names.isEmpty() ? null : Words.exactly("resources NAME", words).get(0);
        List<Holding> holdings = operator.hypervisor().holdings().stream()
                .filter(holding -> name == null || holding.partition().equals(name)).toList();
        if (holdings.isEmpty()) {
            throw new CommandFailed("partition=" + name
                    + " owns nothing, as it is unknown or was not admitted: say why " + name);
        }
        Table table = new Table("OWNER", "PROCESSORS", "BLOCKS", "SPARE", "SLOTS");
        for (Holding holding : holdings) {
            table.row(holding.number() == 0 ? "(free)" : holding.partition(),
                    indices(holding.processors()), indices(holding.blocks()),
                    indices(holding.spareBlocks()),
                    holding.slots().isEmpty() ? "-" : String.join(" ", holding.slots()));
        }
        table.print(System.out);
        for (Loan loan : operator.hypervisor().loans()) {
            if (name == null || loan.lender().equals(name) || loan.borrower().equals(name)) {
                System.out.println(loan.resource() + " is lent by " + loan.lender() + " to "
                        + loan.borrower() + " since " + loan.since() + ": move=" + loan.move());
            }
        }
    }

    /** Ascending indices, those that follow each other as a range: {@code 0-3,7}. */
    static String indices(List<Integer> ascending) {
        List<String> ranges = new ArrayList<>();
        for (int from = 0; from < ascending.size();) {
            int to = from;
            while (to + 1 < ascending.size() && ascending.get(to + 1) == ascending.get(to) + 1) {
                to++;
            }
            ranges.add(from == to
                    ? ascending.get(from).toString()
                    : ascending.get(from) + "-" + ascending.get(to));
            from = to + 1;
        }
        return ranges.isEmpty() ? "-" : String.join(",", ranges);
    }
}
