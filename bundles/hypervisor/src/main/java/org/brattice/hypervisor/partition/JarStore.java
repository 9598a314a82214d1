package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Jars that last ran well, and digests of what was rolled back, in files by the bundles' symbolic names: they outlive
 * the process. Written by one thread, read by any. Files are written before what is kept here, and a jar is named by its
 * digest, so that a process that is killed, or a disk that is full, leaves what was before.
 */
final class JarStore {
    private static final String JAR = ".jar";
    private static final String GOOD = ".good";
    private static final String BAD = ".bad";
    private static final String NEXT = ".next";
    /** Characters of a digest that name a jar. */
    private static final int NAMING = 16;

    private final Path directory;
    private final Map<String, Good> good = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> bad = new ConcurrentHashMap<>();

    /**
     * A jar that ran well.
     *
     * @param digest of its content
     * @param description {@code symbolic-name/version}
     */
    record Good(String digest, String description) {}

    JarStore(Path directory) {
        this.directory = directory;
    }

    /** Reads what was kept before; what nothing leads to is deleted. */
    void read() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!Files.isRegularFile(file)) {
                    // To open a pipe would wait for who writes to it.
                    continue;
                }
                if (name.endsWith(GOOD)) {
                    List<String> lines = Files.readAllLines(file);
                    if (lines.size() == 2 && lines.get(0).length() >= NAMING) {
                        good.put(stem(name), new Good(lines.get(0), lines.get(1)));
                    }
                } else if (name.endsWith(BAD)) {
                    bad.put(stem(name), Set.copyOf(Files.readAllLines(file)));
                }
            }
        }
        Set<Path> jars = new HashSet<>();
        good.forEach((name, kept) -> jars.add(jar(name, kept)));
        try (var files = Files.newDirectoryStream(directory, "*{" + JAR + "," + NEXT + "}")) {
            for (Path file : files) {
                if (!jars.contains(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String stem(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private Path file(String name, String suffix) {
        return directory.resolve(name + suffix);
    }

    private Path jar(String name, Good kept) {
        return file(name, "-" + kept.digest().substring(0, NAMING) + JAR);
    }

    /** What ran well last, or null. */
    Good good(String name) {
        return good.get(name);
    }

    /** The jar of what ran well last, which there is. */
    Path jar(String name) {
        return jar(name, good.get(name));
    }

    /** The list of what was rolled back. */
    Path condemned(String name) {
        return file(name, BAD);
    }

    /** What was rolled back of a name: nothing, when somebody has removed the list. */
    private Set<String> digests(String name) {
        Set<String> digests = bad.getOrDefault(name, Set.of());
        return digests.isEmpty() || Files.exists(condemned(name)) ? digests : Set.of();
    }

    /** Whether anything of a name was rolled back, and there is something in its place. */
    boolean suspects(String name) {
        return !digests(name).isEmpty() && good.containsKey(name);
    }

    /** Whether a content was rolled back. */
    boolean condemned(String name, String digest) {
        return suspects(name) && digests(name).contains(digest)
                && !good.get(name).digest().equals(digest);
    }

    /** Where a jar that ran well is written before it is kept. */
    Path next(String name) throws IOException {
        Files.createDirectories(directory);
        return file(name, JAR + NEXT);
    }

    /** Keeps what was written to {@link #next}, in place of what was kept before. */
    void keep(String name, Good ranWell) throws IOException {
        Good before = good.get(name);
        replace(file(name, JAR + NEXT), jar(name, ranWell));
        write(file(name, GOOD), List.of(ranWell.digest(), ranWell.description()));
        good.put(name, ranWell);
        if (before != null && !jar(name, before).equals(jar(name, ranWell))) {
            Files.deleteIfExists(jar(name, before));
        }
        forgive(name, ranWell.digest());
    }

    /** A content is rolled back. */
    void condemn(String name, String digest) throws IOException {
        Set<String> digests = new HashSet<>(digests(name));
        digests.add(digest);
        condemned(name, digests);
    }

    /** A content may run again. */
    void forgive(String name, String digest) throws IOException {
        Set<String> digests = new HashSet<>(digests(name));
        if (digests.remove(digest)) {
            condemned(name, digests);
        }
    }

    private void condemned(String name, Set<String> digests) throws IOException {
        write(condemned(name), digests);
        bad.put(name, Set.copyOf(digests));
    }

    /** All of it, or nothing: the process may be killed. */
    private static void write(Path file, Iterable<String> lines) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + NEXT);
        Files.write(next, lines);
        replace(next, file);
    }

    private static void replace(Path next, Path file) throws IOException {
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
