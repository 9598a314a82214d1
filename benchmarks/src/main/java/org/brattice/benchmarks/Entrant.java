package org.brattice.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Figures;
import org.brattice.benchmarks.work.Settings;
import org.brattice.benchmarks.work.WorkKind;

/** A {@link Contestant} as the one who orders the work sees it. */
final class Entrant implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final PeerKind kind;
    private final Process process;
    private final BufferedWriter orders;
    private final BufferedReader answers;

    /** A peer cannot do a piece of work, and says why. */
    static final class Cannot extends Exception {
        private static final long serialVersionUID = 1;

        Cannot(String reason) {
            super(reason);
        }
    }

    Entrant(PeerKind kind, Path log, Path data) throws IOException {
        this.kind = kind;
        process = new ProcessBuilder(command(kind, data))
                .redirectError(Redirect.appendTo(log.toFile())).start();
        orders = process.outputWriter();
        answers = process.inputReader();
    }

    private static List<String> command(PeerKind kind, Path data) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(kind.options());
        command.addAll(List.of("-Dbenchmarks.data=" + data, "-cp",
                System.getProperty("java.class.path"), Contestant.class.getName(), kind.name()));
        return command;
    }

    /** Waits until it can be given orders. */
    void awaitReady() throws IOException, Cannot {
        answer();
    }

    PeerKind kind() {
        return kind;
    }

    Figures measure(WorkKind work, Settings settings) throws IOException, Cannot {
        orders.write(work.name() + " " + settings + "\n");
        orders.flush();
        return answer();
    }

    private Figures answer() throws IOException, Cannot {
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("process of " + kind.title() + " has ended: see the log");
        }
        if (answer.startsWith(Contestant.FIGURES)) {
            return Figures.parse(answer.substring(Contestant.FIGURES.length()));
        }
        if (answer.startsWith(Contestant.CANNOT)) {
            throw new Cannot(answer.substring(Contestant.CANNOT.length()));
        }
        throw new IOException(kind.title() + ": " + answer);
    }

    /** Lets it end in order, so that it leaves no files behind; when it does not, ends it. */
    @Override
    public void close() {
        try {
            orders.close();
        } catch (IOException e) {
            // It has ended already.
        }
        if (process.onExit().completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join() == null) {
            process.destroyForcibly();
        }
    }
}
