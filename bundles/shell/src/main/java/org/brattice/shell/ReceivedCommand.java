package org.brattice.shell;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Prints what the console partition's event scan has read (S6) since the last call. */
@Component(service = ReceivedCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=received"})
public final class ReceivedCommand {
    private final Operator operator;

    @Activate
    public ReceivedCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("prints what the console has received from others since the last call")
    public void received(
            @Descriptor("wait so long for --count messages or for --until, and fail without them") @Parameter(
                    names = "--wait", absentValue = "0s") String wait,
            @Descriptor("print at most so many; all there are unless given, 1 with --wait") @Parameter(
                    names = "--count", absentValue = "") String count,
            @Descriptor("print up to the first whose text contains this regular expression") @Parameter(
                    names = "--until", absentValue = "") String until,
            @Descriptor("(takes no parameters)") String... words) throws InterruptedException {
        Words.exactly("received", words);
        long limit = Quantity.duration("wait", wait).toNanos();
        long deadline = System.nanoTime() + limit;
        if (!until.isEmpty()) {
            until(pattern(until), wait, deadline);
        } else if (limit > 0) {
            awaited(count.isEmpty() ? 1 : Quantity.count("count", count), wait, deadline);
        } else {
            int most = count.isEmpty() ? Integer.MAX_VALUE : Quantity.count("count", count);
            if (print(most, deadline).isEmpty()) {
                System.out.println("nothing received");
            }
        }
    }

    private void awaited(int count, String wait, long deadline) throws InterruptedException {
        int printed = 0;
        while (printed < count) {
            int taken = print(count - printed, deadline).size();
            if (taken == 0) {
                throw new CommandFailed("received=" + printed + " of count=" + count
                        + " within wait=" + wait);
            }
            printed += taken;
        }
    }

    private void until(Pattern wanted, String wait, long deadline) throws InterruptedException {
        List<Received> taken = print(1, deadline);
        while (!taken.isEmpty() && !wanted.matcher(taken.get(0).content()).find()) {
            taken = print(1, deadline);
        }
        if (taken.isEmpty()) {
            throw new CommandFailed(
                    "until=" + wanted + " has not been received within wait=" + wait);
        }
    }

    private List<Received> print(int most, long deadline) throws InterruptedException {
        List<Received> taken = operator.inbox().take(most, deadline);
        long dropped = operator.inbox().takeDropped();
        if (dropped > 0) {
            System.out.println("dropped=" + dropped + " older messages: the inbox holds "
                    + operator.inbox().capacity());
        }
        taken.forEach(System.out::println);
        return taken;
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new CommandFailed(
                    "until=" + text + " is no regular expression: " + e.getDescription());
        }
    }
}
