package org.brattice.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.brattice.api.DeadLetter;
import org.brattice.api.Hypervisor;
import org.brattice.api.Printable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Dead letters: what there is, what one holds, and what is to become of it. */
@Component(service = LettersCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=letters"})
public final class LettersCommand {
    private static final String ALL = "all";
    private final Operator operator;

    @Activate
    public LettersCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("lists the dead letters, or shows, drops, puts back or exports one")
    public void letters(CommandSession session,
            @Descriptor("drop a letter for ever: its ID, or a receiver's NAME, or all") @Parameter(
                    names = "--drop", absentValue = "") String drop,
            @Descriptor("put the letter of this ID back, to be offered again") @Parameter(
                    names = "--redeliver", absentValue = "") String redeliver,
            @Descriptor("write the payload of the letter of this ID to the FILE") @Parameter(
                    names = "--export", absentValue = "") String export,
            @Descriptor("[ID]: the letter to show; or the FILE of --export") String... words)
            throws IOException {
        if (List.of(drop, redeliver, export).stream().filter(one -> !one.isEmpty()).count() > 1) {
            throw new CommandFailed("options=--drop, --redeliver, --export: give one of them");
        }
        if (!drop.isEmpty()) {
            Words.exactly("letters", words);
            System.out.println("dropped=" + drop(drop));
        } else if (!redeliver.isEmpty()) {
            Words.exactly("letters", words);
            redeliver(id(redeliver));
        } else if (!export.isEmpty()) {
            long id = id(export);
            List<String> file = Words.atLeast("letters", words);
            if (file.size() != 1) {
                throw new CommandFailed("usage: letters --export ID FILE; say help"
                        + " brattice:letters for its options");
            }
            export(known(id), session.currentDir().resolve(file.get(0)));
        } else if (Words.atLeast("letters", words).isEmpty()) {
            list();
        } else {
            show(known(id(Words.exactly("letters ID", words).get(0))));
        }
    }

    private Hypervisor hypervisor() {
        return operator.hypervisor();
    }

    private static long id(String text) {
        return Quantity.number("letter", text, 1);
    }

    private DeadLetter known(long id) {
        return hypervisor().deadLetters().stream().filter(letter -> letter.id() == id).findFirst()
                .orElseThrow(() -> unknown(id));
    }

    private static CommandFailed unknown(long id) {
        return new CommandFailed("letter=" + id + " is unknown: say letters, which lists them");
    }

    private void list() {
        List<DeadLetter> letters = hypervisor().deadLetters();
        if (letters.isEmpty()) {
            System.out.println("no dead letters");
            return;
        }
        Table table = new Table(">ID", "RECEIVER", "SOURCE", ">POSITION", ">BYTES", ">ATTEMPTS",
                "GIVEN UP", "REASON");
        for (DeadLetter letter : letters) {
            table.row(letter.id(), letter.receiver(), letter.source(), letter.position(),
                    letter.length(), letter.attempts(), letter.givenUp(), letter.reason());
        }
        table.print(System.out);
    }

    private void show(DeadLetter letter) {
        line("letter", letter.id());
        line("receiver", letter.receiver() + " (" + letter.receiverNumber() + ")");
        line("source", letter.source() + " (" + letter.sourceNumber() + ")");
        line("position", letter.position());
        line("sent", letter.sent());
        line("given up", letter.givenUp());
        line("attempts", letter.attempts());
        line("reason", letter.reason());
        if (letter.chunk()) {
            line("chunk", "of message=" + letter.stream() + ", bytes=" + letter.offset() + " to "
                    + (letter.offset() + letter.length()) + " of " + letter.total());
        }
        line("bytes", letter.length() + (letter.kept() < letter.length()
                ? ", not kept: more than dead.letter.limit of the frame description"
                : ""));
        HexDump.print(System.out, 0, payload(letter));
    }

    private static void line(String name, Object value) {
        System.out.printf("%-10s  %s%n", name, Printable.of(value));
    }

    private byte[] payload(DeadLetter letter) {
        return hypervisor().payload(letter.id()).orElseThrow(() -> unknown(letter.id()));
    }

    /** How many there were. */
    private int drop(String which) {
        if (Character.isDigit(which.charAt(0))) {
            long id = id(which);
            if (!hypervisor().dropDeadLetter(id)) {
                throw unknown(id);
            }
            return 1;
        }
        int dropped = 0;
        for (DeadLetter letter : hypervisor().deadLetters()) {
            if ((which.equals(ALL) || letter.receiver().equals(which))
                    && hypervisor().dropDeadLetter(letter.id())) {
                dropped++;
            }
        }
        if (dropped == 0 && !which.equals(ALL)) {
            throw new CommandFailed("receiver=" + which + " has no dead letters: give an ID, a"
                    + " receiver's name or all");
        }
        return dropped;
    }

    private void redeliver(long id) {
        DeadLetter letter = known(id);
        hypervisor().redeliver(id).ifPresent(refusal -> {
            throw new CommandFailed(refusal);
        });
        System.out.println("letter=" + id + " is put back: " + letter.receiver()
                + " is offered it again");
    }

    private void export(DeadLetter letter, Path file) throws IOException {
        if (letter.kept() < letter.length()) {
            throw new CommandFailed("letter=" + letter.id() + " has no payload: bytes="
                    + letter.length()
                    + " were more than dead.letter.limit of the frame description");
        }
        if (Files.exists(file)) {
            throw new CommandFailed("file=" + file + " exists: choose another");
        }
        try {
            Files.write(file, payload(letter));
        } catch (IOException e) {
            throw new CommandFailed("file=" + file + " cannot be written: " + e);
        }
        System.out.println("letter=" + letter.id() + " bytes=" + letter.length() + " file=" + file);
    }
}
