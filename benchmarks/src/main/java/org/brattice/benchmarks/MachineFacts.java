package org.brattice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures were measured on. */
final class MachineFacts {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private MachineFacts() {}

    /** By name, for people and for the results. */
    static Map<String, Object> facts(Path disk) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("cpu", line("/proc/cpuinfo", "model name"));
        facts.put("processors", Runtime.getRuntime().availableProcessors());
        facts.put("memory", line("/proc/meminfo", "MemTotal"));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version")
                + " " + System.getProperty("os.arch"));
        facts.put("memory file system", fileSystem(SHARED_MEMORY));
        facts.put("disk file system", fileSystem(disk));
        facts.put("huge pages", text("/sys/kernel/mm/transparent_hugepage/enabled"));
        facts.put("jvm", System.getProperty("java.vm.name") + " "
                + System.getProperty("java.vm.version"));
        facts.put("at", java.time.Instant.now().toString());
        return facts;
    }

    private static String line(String file, String key) throws IOException {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return "unknown";
        }
        return Files.readAllLines(path).stream().filter(line -> line.startsWith(key)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
    }

    private static String text(String file) throws IOException {
        Path path = Path.of(file);
        return Files.isReadable(path) ? Files.readString(path).strip() : "unknown";
    }

    private static String fileSystem(Path path) throws IOException {
        return Files.isDirectory(path) ? Files.getFileStore(path).type() : "none";
    }
}
