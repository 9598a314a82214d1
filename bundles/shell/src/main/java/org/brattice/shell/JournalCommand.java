package org.brattice.shell;

import java.util.List;
import java.util.Locale;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Move;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The journal of resource moves. */
@Component(service = JournalCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=journal"})
public final class JournalCommand {
    private final Operator operator;

    @Activate
    public JournalCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("lists the journal of resource moves, oldest first")
    public void journal(@Descriptor("(takes no parameters)") String... words) {
        Words.exactly("journal", words);
        List<Move> moves = operator.hypervisor().moves();
        if (moves.isEmpty()) {
            System.out.println("no moves");
            return;
        }
        Table table = new Table(">MOVE", "BEGUN", "RESOURCE", "FROM", "TO", "STATE", "CAUSE",
                "OUTCOME");
        for (Move move : moves) {
            table.row(move.id(), move.begun(), move.resource(), MoveCommand.name(move.from()),
                    MoveCommand.name(move.to()), move.state().name().toLowerCase(Locale.ROOT),
                    move.cause(), move.outcome().isEmpty() ? "-" : move.outcome());
        }
        table.print(System.out);
    }
}
