package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

/**
 * Runs all stress tests, each for a moment; {@code -Dbrattice.stress=MILLISECONDS} makes the
 * moment longer. The outcomes with their frequencies are in target/stress.
 */
class LegalOutcomesTest {
    private static final int TESTS = 18;
    private static final Pattern RESULTS = Pattern
            .compile("\\(Results: (\\d+) planned; (\\d+) passed,"
                    + " 0 failed, 0 soft errs, 0 hard errs\\)");
    private final long millis = Long.getLong("brattice.stress", 400);

    @Test
    void shouldSeeLegalOutcomesOnly() throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Path.of("target/stress"));
        Path output = folder.resolve("outcomes.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path",
                        System.getProperty("java.class.path")),
                "org.openjdk.jcstress.Main", "-v", "-sc", "false", "-af", "NONE", "-f", "1",
                "-iters", "2", "-time", Long.toString(millis), "-strideSize", "16",
                "-strideCount", "16", "-r", ".", "-jvmArgs", "-Xmx512m"));

        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        int status = process.waitFor();

        String last = Files.readAllLines(output).stream()
                .filter(line -> line.startsWith("(Results: ")).reduce("", (one, next) -> next);
        String report = "see " + output.toAbsolutePath();
        Matcher results = RESULTS.matcher(last);
        assertTrue(results.matches(), last + " " + report);
        assertEquals(results.group(1), results.group(2), report);
        assertTrue(Integer.parseInt(results.group(1)) >= TESTS, last + " " + report);
        assertEquals(0, status, report);
    }
}
