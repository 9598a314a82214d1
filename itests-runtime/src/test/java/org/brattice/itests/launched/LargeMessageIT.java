package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.itests.launched.large.Repeating;
import org.brattice.itests.launched.large.SinkActivator;
import org.brattice.itests.launched.large.SourceActivator;
import org.brattice.itests.launched.large.TickerActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One message of 8 GiB through an IPCA of 1 MiB in a process with a heap of 256 MiB, as a stream; then one
 * that is larger than the heap as a whole segment of the receiver's memory. {@code -Dbrattice.large=BYTES}
 * sets another size of the first.
 */
final class LargeMessageIT {
    private static final long MIB = 1 << 20;
    private static final long LARGE = Long.getLong("brattice.large", 8192 * MIB);
    private static final long WHOLE = SinkActivator.WHOLE_LIMIT - 12_345;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** What the process may have beside frame and heap: code, classes, stacks, the collector's own. */
    private static final long BESIDE_HEAP = 160 * MIB;
    private static final long HEAP = 256 * MIB;
    private static final long GROWTH = 32 * MIB;

    @TempDir
    private Path directory;
    private final long seed = Long.getLong("brattice.seed", System.nanoTime());

    /** What a process has in memory that is its own: not the pages of files, such as the frame's. */
    private record Resident(Process process) {
        private static final Pattern ANONYMOUS = Pattern.compile("RssAnon:\\s+(\\d+) kB");

        long bytes() {
            try {
                Matcher matcher = ANONYMOUS.matcher(Files
                        .readString(Path.of("/proc/" + process.pid() + "/status")));
                assertTrue(matcher.find());
                return Long.parseLong(matcher.group(1)) << 10;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldPassWhatIsLargerThanHeapAndIpca() throws Exception {
        Files.writeString(directory.resolve("frame.conf"), "memory = 1 GiB\nbacking = memory\n");
        try (LaunchedMachine machine = LaunchedMachine.launch(directory, "-Xmx256m")) {
            machine.say("echo up");
            deploy(machine, "sink", "memory=\"640 MiB\";ipca=\"1 MiB\"", SinkActivator.class);
            deploy(machine, "source", "memory=\"16 MiB\";ipca=\"64 KiB\";processors=2",
                    SourceActivator.class);
            deploy(machine, "ticker", "memory=\"16 MiB\";ipca=\"64 KiB\";processors=2",
                    TickerActivator.class);
            pass(machine, LARGE, "stream", 1);
            pass(machine, WHOLE, "whole", 2);
            assertEquals(0, machine.stop(), machine.rest());
        }
    }

    private void deploy(LaunchedMachine machine, String name, String attributes,
            Class<?> activator) {
        machine.deploy(BundleJar.named(name).partition("name=" + name + ";" + attributes)
                .activator(activator, PrototypeActivator.class).packageOf(activator)
                .in(directory), name + ".jar");
        machine.awaitState(name, "RUNNING");
    }

    private void pass(LaunchedMachine machine, long bytes, String how, int lines)
            throws Exception {
        CompletableFuture<String> expected = CompletableFuture.supplyAsync(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment pool = Repeating.pool(arena.allocate(Repeating.POOL), seed);
                return Repeating.digest(pool, seed, bytes);
            }
        });
        Resident resident = new Resident(machine.process());
        machine.say("send source '" + seed + " " + bytes + "'");
        List<Long> samples = new ArrayList<>();
        Path report = directory.resolve(SinkActivator.REPORT);
        long end = System.nanoTime() + LIMIT.toNanos();
        while (lines(report) < lines) {
            if (System.nanoTime() > end) {
                fail("bytes=" + bytes + " do not come: " + machine.say("partitions") + "\n"
                        + machine.log());
            }
            samples.add(resident.bytes());
            TimeUnit.MILLISECONDS.sleep(50);
        }
        samples.add(resident.bytes());
        String line = Files.readAllLines(report).getLast();
        long most = samples.stream().mapToLong(Long::longValue).max().orElseThrow();
        long early = samples.subList(0, (samples.size() + 3) / 4).stream()
                .mapToLong(Long::longValue).max().orElseThrow();
        System.out.println("large message: " + line + " resident-mib="
                + most / MIB + " growth-mib=" + (most - early) / MIB + " samples-mib="
                + sampled(samples) + " seed=" + seed);
        assertTrue(line.startsWith(how + " bytes=" + bytes + " sha256=" + expected.get()),
                "expected=" + expected.get() + " came: " + line);
        assertTrue(most < HEAP + BESIDE_HEAP, "resident=" + most);
        assertTrue(most - early < GROWTH, "resident grows: " + samples);
        Matcher passed = Pattern.compile("passed=(\\d+) ").matcher(line);
        assertTrue(passed.find() && Integer.parseInt(passed.group(1)) > 10, line);
        machine.sayUntil("received --wait 10s --until '^sent '",
                answer -> answer.contains("sent bytes=" + bytes + " position="));
    }

    /** Ten of the samples, evenly over time. */
    private static List<Long> sampled(List<Long> samples) {
        List<Long> some = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            some.add(samples.get(i * (samples.size() - 1) / 9) / MIB);
        }
        return some;
    }

    private static int lines(Path report) throws IOException {
        return Files.exists(report) ? Files.readAllLines(report).size() : 0;
    }
}
