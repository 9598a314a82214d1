package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A run of the {@code brattice} script that has ended.
 *
 * @param status its exit status
 * @param output what it wrote on standard output
 * @param errors what it wrote on standard error
 */
record Script(int status, String output, String errors) {
    private static final long LIMIT_SECONDS = 60;

    /** Runs it without a terminal and waits for its end. */
    static Script run(Path script, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var output = Files.createTempFile("output", null).toFile();
        var errors = Files.createTempFile("errors", null).toFile();
        var process = start(script, environment, output, errors, arguments);
        var ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(ended, () -> read(output) + read(errors));
        return new Script(process.exitValue(), read(output), read(errors));
    }

    /** Starts it with no input. */
    static Process start(Path script, Map<String, String> environment, File output, File errors,
            String... arguments) throws IOException {
        var line = new ArrayList<>(List.of("bash", script.toString()));
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line).redirectInput(new File("/dev/null"))
                .redirectOutput(output).redirectError(errors);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String read(File file) {
        try {
            var text = Files.readString(file.toPath());
            Files.delete(file.toPath());
            return text;
        } catch (IOException e) {
            return e.toString();
        }
    }
}
