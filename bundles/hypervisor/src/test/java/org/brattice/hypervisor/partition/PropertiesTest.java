package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of what bundles, firmware, operators and kills can do to a machine; what must hold of its resources
 * does after each step. A sequence follows from its seed, but for how threads meet.
 */
class PropertiesTest {
    private static final int SEEDS = 20;
    private static final int STEPS = 40;

    @TempDir
    private Path directory;
    private final Logger logger = Logger.getLogger("org.brattice.hypervisor");
    private final Log log = new Log();
    private final Map<String, Integer> figures = new TreeMap<>();

    /** What the hypervisor logs. */
    private static final class Log extends Handler {
        private static final int LINES = 100;
        private final Deque<String> lines = new ArrayDeque<>();
        private final List<String> errors = new ArrayList<>();

        @Override
        public synchronized void publish(LogRecord entry) {
            String line = new SimpleFormatter().formatMessage(entry);
            lines.add(line);
            if (lines.size() > LINES) {
                lines.remove();
            }
            if (entry.getLevel() == Level.SEVERE) {
                errors.add(line);
            }
        }

        synchronized List<String> errors() {
            return List.copyOf(errors);
        }

        synchronized String tail() {
            return String.join("\n", lines);
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @BeforeEach
    void listen() {
        logger.setUseParentHandlers(false);
        logger.addHandler(log);
    }

    @AfterEach
    void hush() {
        logger.removeHandler(log);
        logger.setUseParentHandlers(true);
    }

    @Test
    void shouldKeepEveryResourceThroughWhateverHappens() throws Exception {
        Long again = Long.getLong("brattice.seed");
        long last = again != null ? again : System.nanoTime();
        int seeds = again != null ? 0 : Integer.getInteger("brattice.seeds", SEEDS);
        for (int seed = 0; seed < seeds; seed++) {
            run(seed);
        }
        run(last);
        System.out.println("properties: " + figures + " last seed=" + last);
    }

    private void run(long seed) throws Exception {
        Path own = Files.createDirectory(directory.resolve("seed-" + seed));
        try (Rig rig = new Rig(own, new SplittableRandom(seed))) {
            figures.merge("sequences", 1, Integer::sum);
            Sequence sequence = new Sequence(rig, new SplittableRandom(seed), figures);
            try {
                for (int i = 0; i < STEPS; i++) {
                    sequence.step();
                    assertEquals(List.of(), log.errors(), "logged by the hypervisor");
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed=" + seed + " (again: -Dbrattice.seed=" + seed
                        + ") after\n" + sequence.story() + "\n" + log.tail() + "\n"
                        + e.getMessage(), e);
            }
        }
    }
}
