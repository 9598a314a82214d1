package org.brattice.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.brattice.api.Hypervisor;
import org.brattice.api.Loan;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Printable;
import org.brattice.api.Resource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Moves resources (S10), or says what that would do. */
@Component(service = MoveCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=move"})
public final class MoveCommand {
    private static final String FREE = "--free";
    private final Operator operator;

    @Activate
    public MoveCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("moves processors, memory blocks or a slot to a partition, or to the free pool")
    public void move(
            @Descriptor("to the free pool") @Parameter(names = FREE, presentValue = "true",
                    absentValue = "false") boolean free,
            @Descriptor("name of the partition that gets it") @Parameter(names = "--to",
                    absentValue = "") String to,
            @Descriptor("name of the partition that loses it; without it a count is taken from the free"
                    + " pool, and a range from whoever owns it") @Parameter(names = "--from",
                            absentValue = "") String from,
            @Descriptor("a partition that does not answer in time is overruled") @Parameter(
                    names = "--overrule", presentValue = "true",
                    absentValue = "false") boolean overrule,
            @Descriptor("how long each partition may take, 5s unless given") @Parameter(
                    names = "--wait", absentValue = "5s") String wait,
            @Descriptor("only say what would be done") @Parameter(names = "--dry-run",
                    presentValue = "true", absentValue = "false") boolean dryRun,
            @Descriptor("RESOURCE: processor:INDEX, block:INDEX, slot:LOCATION; processors:COUNT,"
                    + " blocks:COUNT; processors:COUNT@INDEX, blocks:COUNT@INDEX") String... words)
            throws InterruptedException {
        String text = Words.exactly("move RESOURCE", words).get(0);
        if (free == !to.isEmpty()) {
            throw new CommandFailed(free
                    ? "say one of both: --to NAME, or --free"
                    : "say where to: --to NAME, or --free");
        }
        Hypervisor hypervisor = operator.hypervisor();
        List<MoveRequest> requests = Selection
                .of(text, from.isEmpty() ? null : from, hypervisor.holdings(), borrowed(hypervisor))
                .stream()
                .map(resource -> new MoveRequest(resource, to, overrule,
                        Quantity.duration("wait", wait), "an operator asked for it"))
                .toList();
        if (requests.size() == 1) {
            carryOut(hypervisor, requests.getFirst(), dryRun);
        } else {
            carryOut(hypervisor, requests, dryRun);
        }
    }

    private static Set<Resource> borrowed(Hypervisor hypervisor) {
        return hypervisor.loans().stream().map(Loan::resource).collect(Collectors.toSet());
    }

    /** One after the other; what is not done does not keep the others from it, and is said at the end. */
    private static void carryOut(Hypervisor hypervisor, List<MoveRequest> requests,
            boolean dryRun) throws InterruptedException {
        List<Resource> left = new ArrayList<>();
        for (MoveRequest request : requests) {
            try {
                carryOut(hypervisor, request, dryRun);
            } catch (CommandFailed e) {
                System.out.println(request.resource() + ": " + e.getMessage());
                left.add(request.resource());
            }
        }
        if (!left.isEmpty()) {
            throw new CommandFailed("moved=" + (requests.size() - left.size()) + " of "
                    + requests.size() + "; not moved: " + left.stream().map(Resource::toString)
                            .collect(Collectors.joining(", ")));
        }
    }

    /** Makes a move and prints what has come of it, or prints the steps alone. */
    static void carryOut(Hypervisor hypervisor, MoveRequest request, boolean dryRun)
            throws InterruptedException {
        try {
            if (dryRun) {
                plan(hypervisor.plan(request));
            } else {
                ended(hypervisor.move(request));
            }
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage());
        }
    }

    private static void plan(List<String> steps) {
        for (int i = 0; i < steps.size(); i++) {
            System.out.println(i + 1 + ". " + Printable.of(steps.get(i)));
        }
    }

    private static void ended(Move move) {
        if (move.state() != Move.State.DONE) {
            throw new CommandFailed("move=" + move.id() + " was undone: " + move.outcome());
        }
        System.out.println("move=" + move.id() + " resource=" + move.resource() + " from="
                + name(move.from()) + " to=" + name(move.to()) + " done millis="
                + Duration.between(move.begun(), move.ended()).toMillis()
                + (move.outcome().isEmpty() ? "" : ": " + Printable.of(move.outcome())));
    }

    /** A partition as it is shown; the free pool has no name. */
    static String name(String partition) {
        return partition.isEmpty() ? "(free)" : partition;
    }
}
