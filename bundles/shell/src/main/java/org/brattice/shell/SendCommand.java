package org.brattice.shell;

import java.nio.file.Path;
import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Sends a message from the console partition (S4), to one partition or to all. */
@Component(service = SendCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=send"})
public final class SendCommand {
    private final Operator operator;

    @Activate
    public SendCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("sends a text, a file or a filler of any size")
    public void send(CommandSession session,
            @Descriptor("to all other partitions: give no NAME") @Parameter(names = "--all",
                    presentValue = "true", absentValue = "false") boolean all,
            @Descriptor("wait until it has been read") @Parameter(names = "--notify",
                    presentValue = "true", absentValue = "false") boolean notifies,
            @Descriptor("print what becomes of it, with times") @Parameter(names = "--track",
                    presentValue = "true", absentValue = "false") boolean tracks,
            @Descriptor("send this file: give no TEXT") @Parameter(names = "--file",
                    absentValue = "") String file,
            @Descriptor("send so many bytes, such as 100MiB: give no TEXT") @Parameter(
                    names = "--bytes", absentValue = "") String bytes,
            @Descriptor("the longest wait for room, and for --notify and --track; 5s unless given") @Parameter(
                    names = "--wait", absentValue = "5s") String wait,
            @Descriptor("NAME TEXT: the receiver's name, and words to send") String... words)
            throws Exception {
        boolean texts = file.isEmpty() && bytes.isEmpty();
        if (!file.isEmpty() && !bytes.isEmpty()) {
            throw new CommandFailed("options=--file, --bytes: give one of them");
        }
        if (all && tracks) {
            throw new CommandFailed("options=--all, --track: track one message at a time");
        }
        String usage = "send" + (all ? " --all" : " NAME") + (texts ? " TEXT" : "");
        List<String> given = texts ? Words.atLeast(usage, words) : Words.exactly(usage, words);
        String text = String.join(" ", given.subList(all ? 0 : 1, given.size()));
        Payload payload = texts
                ? new Payload.Text(text)
                : bytes.isEmpty()
                        ? new Payload.Content(path(session, file))
                        : new Payload.Filler(Quantity.bytes("bytes", bytes));
        Sending sending = new Sending(operator, payload, Quantity.duration("wait", wait), notifies,
                tracks);
        if (all) {
            sending.toAll();
        } else {
            sending.to(given.get(0));
        }
    }

    private static Path path(CommandSession session, String file) {
        return session.currentDir().resolve(file);
    }
}
