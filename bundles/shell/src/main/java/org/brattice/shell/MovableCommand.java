package org.brattice.shell;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Holding;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What can move, as a list, for completion and scripts. */
@Component(service = MovableCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=movable"})
public final class MovableCommand {
    private final Operator operator;

    @Activate
    public MovableCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("returns what partitions can spare as a list, as move takes it")
    public List<String> movable() {
        List<String> movable = new ArrayList<>(List.of("processors:1", "blocks:1"));
        for (Holding holding : operator.hypervisor().holdings()) {
            holding.slots().forEach(location -> movable.add("slot:" + location));
            if (holding.number() != 0) {
                holding.spareProcessors().forEach(index -> movable.add("processor:" + index));
                holding.spareBlocks().forEach(index -> movable.add("block:" + index));
            } else if (!holding.processors().isEmpty()) {
                // Of many free ones the first will do.
                movable.add("processor:" + holding.processors().getFirst());
                if (!holding.blocks().isEmpty()) {
                    movable.add("block:" + holding.blocks().getFirst());
                }
            }
        }
        return movable;
    }
}
