package org.brattice.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tells a process from every other, also from a later one that has its number. */
final class LivingProcess {
    private static final Path PROC = Path.of("/proc");
    /** Of what stands behind the name in /proc/PID/stat: the state is the first, the start the twentieth. */
    private static final int START = 19;

    private LivingProcess() {}

    /** {@return number, start, boot of the host and pid namespace, or the number alone where nobody tells} */
    static String facts(long process) {
        try {
            var line = Files.readString(PROC.resolve(process + "/stat"),
                    StandardCharsets.ISO_8859_1);
            var words = line.substring(line.lastIndexOf(')') + 2).split(" ");
            var boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
            var space = Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
            var over = "ZX".contains(words[0]);
            return process + (over ? "" : " " + words[START] + " " + boot + " " + space);
        } catch (IOException | IndexOutOfBoundsException e) {
            return Long.toString(process);
        }
    }

    /** {@return whether facts are those of a process that lives, and is another than this} */
    static boolean isOther(String facts) {
        var words = facts.split(" ");
        return words.length > 1 && words[0].matches("[1-9][0-9]{0,17}")
                && Long.parseLong(words[0]) != ProcessHandle.current().pid()
                && facts.equals(facts(Long.parseLong(words[0])));
    }
}
