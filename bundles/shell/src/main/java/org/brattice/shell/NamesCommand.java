package org.brattice.shell;

import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The names of the partitions as a list, for completion and scripts. */
@Component(service = NamesCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=names"})
public final class NamesCommand {
    private final Operator operator;

    @Activate
    public NamesCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("returns the names of the partitions as a list")
    public List<String> names() {
        return operator.names();
    }
}
