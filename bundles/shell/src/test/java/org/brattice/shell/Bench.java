package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;

/** A real Gogo, a console partition on a thread of its own, and a hypervisor that is a fake. */
final class Bench implements AutoCloseable {
    private String output;
    final FakeHypervisor hypervisor = new FakeHypervisor().with(
            FakeHypervisor.running(1, "console"), FakeHypervisor.running(2, "echo"));
    final FakeIpca ipca = new FakeIpca();
    final Operator operator = new Operator(hypervisor);
    final Console console = new Console(ipca, operator);
    final ExecutorService processor = Executors.newSingleThreadExecutor();
    final CommandProcessorImpl gogo;
    private final ThreadIOImpl threadIo = new ThreadIOImpl();

    Bench() {
        threadIo.start();
        gogo = new CommandProcessorImpl(threadIo);
        add("partitions", new PartitionsCommand(operator));
        add("partition", new PartitionCommand(operator));
        add("vsr", new VsrCommand(operator));
        add("send", new SendCommand(operator));
        add("received", new ReceivedCommand(operator));
        add("read", new ReadCommand(operator));
        add("why", new WhyCommand(operator));
        add("who", new WhoCommand(operator));
        add("await", new AwaitCommand(operator));
        add("ping", new PingCommand(operator));
        add("letters", new LettersCommand(operator));
        add("destroy", new DestroyCommand(operator));
        add("faults", new FaultsCommand(operator));
        add("resources", new ResourcesCommand(operator));
        add("performance", new PerformanceCommand(operator));
        add("movable", new MovableCommand(operator));
        add("move", new MoveCommand(operator));
        add("journal", new JournalCommand(operator));
        add("undo", new UndoCommand(operator));
        add("recover", new RecoverCommand(operator));
        add("inject", new InjectCommand(operator));
        add("names", new NamesCommand(operator));
        console.boot(new FakeBoot(processor::execute));
    }

    void add(String function, Object command) {
        gogo.addCommand("brattice", command, function);
    }

    /** Runs a command line; what it prints. */
    String run(String line) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        try (CommandSession session = gogo.createSession(InputStream.nullInputStream(), stream,
                stream)) {
            session.put(CommandSession.OPTION_NO_GLOB, true);
            session.execute(line);
        } finally {
            output = out.toString(StandardCharsets.UTF_8);
        }
        return output;
    }

    /** What the command run last has printed, if it failed too. */
    String output() {
        return output;
    }

    /** Runs a command line that fails as a command does; its message. */
    String failure(String line) {
        return assertThrows(RuntimeException.class, () -> run(line)).getMessage();
    }

    @Override
    public void close() {
        gogo.stop();
        threadIo.stop();
        processor.shutdownNow();
    }
}
