package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.brattice.api.Delivery;
import org.brattice.hypervisor.memory.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of a process that moves an IPCA all the time, under load. {@code -Dbrattice.kills=N}
 * makes more of them, {@code -Dbrattice.seed=N} repeats the instants of a run.
 */
class KilledRemapTest {
    private static final int KILLS = Integer.getInteger("brattice.kills", 40);
    private static final long LIMIT_NANOS = 20_000_000_000L;

    @TempDir
    private Path directory;
    private final long seed = Long.getLong("brattice.seed", System.nanoTime());
    private Tallies tallies;

    @Test
    void shouldLoseAndRepeatNothing() throws Exception {
        Random random = new Random(seed);
        Files.createDirectories(directory.resolve("frame"));
        tallies = new Tallies(directory.resolve("tallies"));
        for (int kill = 1; kill <= KILLS; kill++) {
            long remaps = tallies.remaps();
            Process process = launched();
            try {
                long end = System.nanoTime() + LIMIT_NANOS;
                while (tallies.remaps() < remaps + 5) {
                    if (!process.isAlive() || System.nanoTime() > end) {
                        process.destroyForcibly();
                        fail(accounts(kill) + new String(process.getInputStream().readAllBytes()));
                    }
                    LockSupport.parkNanos(200_000);
                }
                LockSupport.parkNanos(random.nextLong(20_000_000));
            } finally {
                process.destroyForcibly().waitFor();
            }
            for (int i = 0; i < RemapLoop.SENDERS; i++) {
                assertEquals(0, tallies.wrong(i), accounts(kill));
                assertTrue(tallies.again(i) <= kill, accounts(kill));
            }
        }
        try (Bench bench = Bench.in(directory.resolve("frame"))) {
            int receiver = bench.vsr.number("receiver");
            Scanner scanner = bench.scanner(receiver, RemapLoop.reader(bench, tallies));
            while (scanner.poll(100) > 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < RemapLoop.SENDERS; i++) {
                assertTrue(tallies.settled(i), accounts(KILLS));
                assertEquals(0, tallies.wrong(i), accounts(KILLS));
                assertTrue(bench.vsr.send(bench.holder(bench.vsr.number("sender-" + i)), receiver,
                        Bench.segment("goes on"), Delivery.TRY) >= 0);
            }
        }
        System.out.println("killed remaps: kills=" + KILLS + " remaps=" + tallies.remaps()
                + " messages=" + (tallies.handled(0) + tallies.handled(1))
                + " lost=0 offered-again=" + (tallies.again(0) + tallies.again(1)) + " seed="
                + seed);
    }

    private String accounts(int kills) {
        return "seed=" + seed + " kills=" + kills + " remaps=" + tallies.remaps() + "\n"
                + tallies.text(0) + "\n" + tallies.text(1) + "\n";
    }

    private Process launched() throws IOException {
        String path = Stream.of(RemapLoop.class, Frame.class, Delivery.class)
                .map(KilledRemapTest::location).collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", path, RemapLoop.class.getName(),
                directory.toString()).redirectErrorStream(true).start();
    }

    private static String location(Class<?> one) {
        try {
            return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
