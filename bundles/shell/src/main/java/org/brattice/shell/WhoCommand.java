package org.brattice.shell;

import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Blockage;
import org.brattice.api.Printable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who blocks a sender at a receiver, and what would help. */
@Component(service = WhoCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=who"})
public final class WhoCommand {
    private final Operator operator;

    @Activate
    public WhoCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("says who blocks a sender at a receiver, and what would help")
    public void who(@Descriptor("SENDER RECEIVER: the partitions' names") String... words) {
        List<String> names = Words.exactly("who SENDER RECEIVER", words);
        String sender = operator.known(names.get(0)).name();
        String receiver = operator.known(names.get(1)).name();
        if (sender.equals(receiver)) {
            throw new CommandFailed("sender=" + sender
                    + " is the receiver too: a partition's own IPCA is no destination");
        }
        Blockage blockage = operator.hypervisor().blockage(sender, receiver)
                .orElseThrow(() -> new CommandFailed("sender=" + sender + " receiver=" + receiver
                        + ": one of them has never had memory, say why " + sender + " or why "
                        + receiver));
        new Blocking(blockage).sentences().stream().map(Printable::of)
                .forEach(System.out::println);
    }
}
