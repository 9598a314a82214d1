package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** What the kernel tells about this run of the host, and about processes on it. */
final class Host {
    private static final System.Logger LOGGER = System.getLogger(Host.class.getName());
    private static final Path PROC = Path.of("/proc");
    private static final UUID UNKNOWN = new UUID(0, 0);
    /** Of what stands behind the name in /proc/PID/stat: the state is the first, the start the twentieth. */
    private static final int START = 19;

    private Host() {}

    /** Another one after each start of the host; zero where nobody tells. */
    static UUID boot() {
        try {
            return UUID.fromString(
                    Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip());
        } catch (IOException | IllegalArgumentException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "boot id", e);
            return UNKNOWN;
        }
    }

    /** What the numbers of processes are counted in: a container has its own; 0 where nobody tells. */
    static long space() {
        try {
            String name = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
            return Long.parseLong(name.replaceAll("\\D", ""));
        } catch (IOException | NumberFormatException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "space of processes", e);
            return 0;
        }
    }

    /** When a process started, in ticks since the host did; 0 when there is none of this number any more. */
    static long started(long process) {
        try {
            String line = Files.readString(PROC.resolve(process + "/stat"),
                    StandardCharsets.ISO_8859_1);
            String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return words[0].matches("[ZX]") ? 0 : Long.parseLong(words[START]);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "process=" + process, e);
            return 0;
        }
    }
}
