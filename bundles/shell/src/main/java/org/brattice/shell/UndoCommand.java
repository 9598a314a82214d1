package org.brattice.shell;

import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Reverses the latest resource move, by another move. */
@Component(service = UndoCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=undo"})
public final class UndoCommand {
    private final Operator operator;

    @Activate
    public UndoCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("moves back what the latest move that was done has moved")
    public void undo(
            @Descriptor("a partition that does not answer in time is overruled") @Parameter(
                    names = "--overrule", presentValue = "true",
                    absentValue = "false") boolean overrule,
            @Descriptor("how long each partition may take, 5s unless given") @Parameter(
                    names = "--wait", absentValue = "5s") String wait,
            @Descriptor("only say what would be done") @Parameter(names = "--dry-run",
                    presentValue = "true", absentValue = "false") boolean dryRun,
            @Descriptor("(takes no parameters)") String... words) throws InterruptedException {
        Words.exactly("undo", words);
        List<Move> done = operator.hypervisor().moves().stream()
                .filter(move -> move.state() == Move.State.DONE).toList();
        if (done.isEmpty()) {
            throw new CommandFailed("no move in the journal was done: there is nothing to undo");
        }
        Move last = done.getLast();
        if (!last.from().isEmpty() && operator.hypervisor().holdings().stream()
                .noneMatch(holding -> holding.partition().equals(last.from()))) {
            throw new CommandFailed("move=" + last.id() + " took " + last.resource() + " from "
                    + last.from() + ", which is no more: move it where it is to be");
        }
        MoveCommand.carryOut(operator.hypervisor(), new MoveRequest(last.resource(), last.from(),
                overrule, Quantity.duration("wait", wait), "undo of move=" + last.id()), dryRun);
    }
}
