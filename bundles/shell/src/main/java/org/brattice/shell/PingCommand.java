package org.brattice.shell;

import java.time.Duration;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Counts what comes back from a partition that echoes; fails when anything is lost. */
@Component(service = PingCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=ping"})
public final class PingCommand {
    /** What may be on its way at once: no more than half of the console's IPCA. */
    private static final long WAY_BYTES = 512 << 10;
    private final Operator operator;

    @Activate
    public PingCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("sends numbered messages to an echoing partition and counts the answers")
    public void ping(
            @Descriptor("messages to send, 10 unless given") @Parameter(names = "--count",
                    absentValue = "") String count,
            @Descriptor("go on for so long instead") @Parameter(names = "--for",
                    absentValue = "") String time,
            @Descriptor("bytes of each, 64 unless given") @Parameter(names = "--size",
                    absentValue = "64") String size,
            @Descriptor("how many may be on their way at once, 64 unless given") @Parameter(
                    names = "--window", absentValue = "64") String window,
            @Descriptor("the longest time without any answer, 10s unless given") @Parameter(
                    names = "--wait", absentValue = "10s") String wait,
            @Descriptor("NAME: the partition's name, such as echo") String... words)
            throws Exception {
        String name = Words.exactly("ping NAME", words).get(0);
        operator.known(name);
        long bytes = Quantity.bytes("size", size);
        int many = Quantity.count("window", window);
        if (bytes < Ping.HEADER_BYTES) {
            throw new CommandFailed("size=" + size + " is less than " + Ping.HEADER_BYTES);
        }
        if (bytes > WAY_BYTES || many > WAY_BYTES / bytes) {
            throw new CommandFailed("window=" + many + " of size=" + bytes
                    + " is more than " + WAY_BYTES + " bytes on their way: lower one of them");
        }
        Duration limit = time.isEmpty() ? Duration.ofDays(1) : Quantity.duration("for", time);
        int most = !count.isEmpty()
                ? Quantity.count("count", count)
                : time.isEmpty() ? 10 : Integer.MAX_VALUE;
        long begin = System.nanoTime();
        PingAccount account = new Ping(operator, name, (int) bytes, many).run(most, limit,
                Quantity.duration("wait", wait));
        String summary = account.summary(Duration.ofNanos(System.nanoTime() - begin));
        if (account.lost() > 0) {
            throw new CommandFailed("ping " + name + " " + summary);
        }
        System.out.println("ping " + name + " " + summary);
    }
}
