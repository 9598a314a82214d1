package org.brattice.shell;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Waits until a partition is in a state. */
@Component(service = AwaitCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=await"})
public final class AwaitCommand {
    private final Operator operator;

    @Activate
    public AwaitCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("waits until a partition is in a state; fails when it does not get there")
    public void await(
            @Descriptor("the longest wait, 10s unless given") @Parameter(names = "--timeout",
                    absentValue = "10s") String timeout,
            @Descriptor("NAME STATE: the partition's name; refused, declared, booting, running,"
                    + " stopping, stopped or failed") String... words)
            throws InterruptedException {
        List<String> nameAndState = Words.exactly("await NAME STATE", words);
        String name = nameAndState.get(0);
        PartitionState state = state(nameAndState.get(1));
        Duration limit = Quantity.duration("timeout", timeout);
        Optional<PartitionInfo> found = operator.hypervisor().await(name, state, limit);
        if (found.isEmpty()) {
            throw new CommandFailed("partition=" + name + " is unknown after " + timeout
                    + ": known are " + String.join(", ", operator.names()));
        }
        PartitionInfo partition = found.get();
        if (partition.state() != state) {
            throw new CommandFailed("partition=" + name + " is " + partition.state() + ", not "
                    + state + ", after " + timeout + ": " + partition.reason());
        }
        System.out.println(name + " is " + state);
    }

    private static PartitionState state(String text) {
        try {
            return PartitionState.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("state=" + text + " is unknown: states are "
                    + Arrays.toString(PartitionState.values()).toLowerCase(Locale.ROOT));
        }
    }
}
