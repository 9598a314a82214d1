package org.brattice.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * The folder whose jars run. A jar appears in it whole or not at all.
 *
 * @param shelf where the jars of the partitions that we ship lie
 * @param folder where they run
 */
record DeployFolder(Path shelf, Path folder) {
    private static final String VERSION = "Bundle-Version";

    /** Deploys the jar of a partition as it is. */
    Path deploy(String partition) throws IOException {
        Path jar = jar(partition);
        return appear(jar.getFileName().toString(), out -> Files.copy(jar, out));
    }

    /** Deploys the jar of a partition again, as another version. */
    Path update(String partition, String version) throws IOException {
        Path jar = jar(partition);
        return appear(jar.getFileName().toString(), out -> copy(jar, out, version, name -> true));
    }

    /** Deploys the jar of a partition again, as another version that lacks the partition's class. */
    Path spoil(String partition, String version) throws IOException {
        Path jar = jar(partition);
        return appear(jar.getFileName().toString(),
                out -> copy(jar, out, version, name -> !name.endsWith(".class")));
    }

    /** Puts a configuration into the folder. */
    Path configure(String pid, String... lines) throws IOException {
        return appear(pid + ".cfg",
                out -> out.write((String.join("\n", lines) + "\n").getBytes(UTF_8)));
    }

    /** Takes a configuration away. */
    Path forget(String pid) throws IOException {
        Path file = folder.resolve(pid + ".cfg");
        Files.delete(file);
        return file;
    }

    /** Removes the jar of a partition. */
    Path remove(String partition) throws IOException {
        Path jar = folder.resolve(jar(partition).getFileName());
        Files.delete(jar);
        return jar;
    }

    private Path jar(String partition) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(shelf,
                "*partition-" + partition + "-*.jar")) {
            for (Path jar : jars) {
                return jar;
            }
        }
        throw new IOException("partition=" + partition + " has no jar in " + shelf
                + ": build the distribution again");
    }

    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    private Path appear(String name, Content content) throws IOException {
        Files.createDirectories(folder);
        // Beside the folder, on the same file system: what lies in the folder is looked at.
        Path whole = Files.createTempFile(folder.toAbsolutePath().getParent(), name, ".part");
        try {
            try (OutputStream out = Files.newOutputStream(whole)) {
                content.write(out);
            }
            return Files.move(whole, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(whole);
        }
    }

    private static void copy(Path jar, OutputStream out, String version, Predicate<String> kept)
            throws IOException {
        try (JarInputStream from = new JarInputStream(Files.newInputStream(jar))) {
            Manifest manifest = from.getManifest();
            manifest.getMainAttributes().putValue(VERSION, version);
            try (JarOutputStream to = new JarOutputStream(out, manifest)) {
                for (JarEntry entry = from.getNextJarEntry(); entry != null; entry = from
                        .getNextJarEntry()) {
                    if (kept.test(entry.getName())) {
                        to.putNextEntry(new JarEntry(entry.getName()));
                        from.transferTo(to);
                        to.closeEntry();
                    }
                }
            }
        }
    }
}
