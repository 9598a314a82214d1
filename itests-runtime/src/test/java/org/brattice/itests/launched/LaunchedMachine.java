package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** A machine in a process of its own, with its interactive shell on a pipe. */
final class LaunchedMachine implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path HOME = Path.of("..", "runtime", "target", "brattice", "brattice")
            .toAbsolutePath().normalize();
    private static final String END = "end-of-command-";
    private static final String DEAD = "\0";

    private final Path data;
    private final Process process;
    private final Writer input;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private int commands;

    private LaunchedMachine(Path data, Process process) {
        this.data = data;
        this.process = process;
        this.input = process.outputWriter();
        Thread.ofPlatform().daemon().start(this::drain);
    }

    /** Starts one and waits until its shell answers. */
    static LaunchedMachine start(Path data, String... options) {
        LaunchedMachine machine = launch(data, "", options);
        machine.say("echo up");
        return machine;
    }

    /** Starts one and does not wait; with such options of the Java process. */
    static LaunchedMachine launch(Path data, String java, String... options) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command(data, options))
                    .redirectErrorStream(true);
            builder.environment().put("JDK_JAVA_OPTIONS", java);
            return new LaunchedMachine(data, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line that starts one. */
    static List<String> command(Path data, String... words) {
        List<String> line = new ArrayList<>(List.of(HOME.resolve("brattice").toString()));
        line.addAll(List.of(words));
        line.addAll(List.of("--data", data.toString()));
        return line;
    }

    /** The jar of a partition that is shipped. */
    static Path shipped(String partition) {
        try (var jars = Files.list(HOME.resolve("partitions"))) {
            return jars.filter(jar -> jar.getFileName().toString()
                    .startsWith("org.brattice.partition-" + partition)).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void drain() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line; (line = reader.readLine()) != null;) {
                seen.add(line);
                output.add(line);
            }
        } catch (IOException e) {
            // The process has ended.
        }
        output.add(DEAD);
    }

    Path data() {
        return data;
    }

    Path deploy() {
        return data.resolve("deploy");
    }

    /** Gives a command, and does not wait for its end. */
    void tell(String command) {
        try {
            input.write(command + "\n");
            input.flush();
        } catch (IOException e) {
            fail("the machine has ended before command=" + command + ": " + rest());
        }
    }

    /** All that was printed so far. */
    String seen() {
        return String.join("\n", seen);
    }

    /** Gives a command; returns what was printed until its end. */
    String say(String command) {
        String end = END + ++commands;
        try {
            input.write(command + "\necho " + end + "\n");
            input.flush();
        } catch (IOException e) {
            fail("the machine has ended before command=" + command + ": " + rest());
        }
        StringBuilder answer = new StringBuilder();
        while (true) {
            String line = next(command, answer);
            // Two prompts may stand before it.
            if (line.endsWith(end)) {
                return answer.toString();
            }
            answer.append(line.replace("brattice> ", "")).append('\n');
        }
    }

    private String next(String command, StringBuilder answer) {
        try {
            String line = output.poll(LIMIT.toSeconds() * 2, TimeUnit.SECONDS);
            if (line == null || line.equals(DEAD)) {
                fail("command=" + command + " did not come to its end; printed: " + answer);
            }
            return line;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was printed and nobody has looked at. */
    String rest() {
        List<String> lines = new ArrayList<>();
        output.drainTo(lines);
        return String.join("\n", lines);
    }

    /** Gives a command again until its answer pleases; returns that. */
    String sayUntil(String command, Predicate<String> pleases) {
        String[] last = {""};
        await(() -> pleases.test(last[0] = say(command)), () -> command + " printed: " + last[0]);
        return last[0];
    }

    /** Waits for a state of a partition, which may not be known yet. */
    void awaitState(String partition, String state) {
        sayUntil("await " + partition + " " + state.toLowerCase(Locale.ROOT) + " --timeout 1s",
                answer -> answer.contains(partition + " is " + state + "\n"));
    }

    /** Messages to a partition that echoes: none may be lost. */
    void assertAnswers(String partition) {
        String answer = say("ping " + partition + " --count 20 --wait 10s");
        assertTrue(answer.contains("answered=20 lost=0"), answer);
    }

    /** Puts a file into the deploy folder in one step, as a careful person does. */
    Path deploy(Path file, String name) {
        try {
            Files.createDirectories(deploy());
            Path staged = data.resolve(name + ".staged");
            Files.copy(file, staged, StandardCopyOption.REPLACE_EXISTING);
            return Files.move(staged, deploy().resolve(name), StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deploys a partition that is shipped, and waits until it runs. */
    void deployShipped(String partition) {
        deploy(shipped(partition), partition + ".jar");
        awaitState(partition, "RUNNING");
    }

    /** What the machine has logged. */
    String log() {
        try {
            return Files.readString(data.resolve("log").resolve("brattice.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until something holds. */
    static void await(BooleanSupplier condition, java.util.function.Supplier<String> otherwise) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail(otherwise.get());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** {@code kill -9}. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    Process process() {
        return process;
    }

    /** Stops it as a person would; its exit status. */
    int stop() {
        try {
            input.write("exit 0\n");
            input.close();
        } catch (IOException e) {
            // It has ended.
        }
        try {
            assertTrue(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS), "it does not stop");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    /** Ends it if it has not ended, and removes the frame memory outside of the data directory. */
    @Override
    public void close() {
        List<ProcessHandle> supervised = process.descendants().toList();
        kill();
        supervised.forEach(one -> {
            one.destroyForcibly();
            one.onExit().join();
        });
        removeFrame(data);
    }

    /** Removes the frame memory of a data directory, which may lie outside of it, and what is known of it. */
    static void removeFrame(Path data) {
        try {
            Path link = data.resolve("frame.mem");
            if (Files.isSymbolicLink(link)) {
                Files.deleteIfExists(Files.readSymbolicLink(link));
            }
            Files.deleteIfExists(data.resolve("frame.facts"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
