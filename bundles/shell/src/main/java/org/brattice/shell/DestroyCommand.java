package org.brattice.shell;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Destroys a partition whose bundle is gone. */
@Component(service = DestroyCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=destroy"})
public final class DestroyCommand {
    private final Operator operator;

    @Activate
    public DestroyCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("destroys a partition whose bundle is gone; its unread messages become dead letters")
    public void destroy(
            @Descriptor("lose its unread messages") @Parameter(names = "--discard",
                    presentValue = "true", absentValue = "false") boolean discard,
            @Descriptor("NAME: the partition's name") String... words) {
        String name = operator.known(Words.exactly("destroy NAME", words).get(0)).name();
        operator.hypervisor().destroy(name, discard).ifPresent(refusal -> {
            throw new CommandFailed(name + " is not destroyed: " + refusal);
        });
        System.out.println(name + " is destroyed");
    }
}
