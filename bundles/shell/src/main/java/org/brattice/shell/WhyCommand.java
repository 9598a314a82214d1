package org.brattice.shell;

import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Printable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Why a partition is not running: what is missing and who could provide it. */
@Component(service = WhyCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=why"})
public final class WhyCommand {
    private final Operator operator;

    @Activate
    public WhyCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("says why a partition is not running, and what would help")
    public void why(@Descriptor("NAME: the partition's name") String... words) {
        String name = Words.exactly("why NAME", words).get(0);
        List<String> reasons = operator.hypervisor().why(name);
        if (reasons.isEmpty()) {
            System.out.println(name + " is running");
        }
        reasons.stream().map(Printable::of).forEach(System.out::println);
    }
}
