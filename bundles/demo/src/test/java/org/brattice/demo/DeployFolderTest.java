package org.brattice.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployFolderTest {
    @TempDir
    Path home;
    private Path jar;
    private DeployFolder deploy;

    @BeforeEach
    void make() throws IOException {
        Path shelf = Files.createDirectory(home.resolve("partitions"));
        jar = shelf.resolve("org.brattice.partition-echo-1.0.0.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-Version", "1.0.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "echo");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("Echo.class"));
            out.write("bytes".getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
        }
        deploy = new DeployFolder(shelf, home.resolve("deploy"));
    }

    @Test
    void shouldDeployTheJarAsItIs() throws IOException {
        Path deployed = deploy.deploy("echo");
        assertEquals(home.resolve("deploy").resolve(jar.getFileName()), deployed);
        assertArrayEquals(Files.readAllBytes(jar), Files.readAllBytes(deployed));
    }

    @Test
    void shouldReplaceTheJarByAnotherVersionWithTheSameContent() throws IOException {
        deploy.deploy("echo");
        try (JarFile updated = new JarFile(deploy.update("echo", "9.9.9").toFile())) {
            assertEquals("9.9.9", updated.getManifest().getMainAttributes()
                    .getValue("Bundle-Version"));
            assertEquals("echo", updated.getManifest().getMainAttributes()
                    .getValue("Bundle-SymbolicName"));
            assertEquals("bytes", new String(updated
                    .getInputStream(updated.getEntry("Echo.class")).readAllBytes(),
                    StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldLeaveNothingElseBehind() throws IOException {
        deploy.deploy("echo");
        deploy.update("echo", "9.9.9");
        try (Stream<Path> files = Files.list(home)) {
            assertEquals(List.of("deploy", "partitions"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        deploy.remove("echo");
        assertFalse(Files.exists(home.resolve("deploy").resolve(jar.getFileName())));
    }

    @Test
    void shouldSayWhichJarIsMissing() {
        assertEquals("partition=vios has no jar in " + home.resolve("partitions")
                + ": build the distribution again",
                assertThrows(IOException.class, () -> deploy.deploy("vios")).getMessage());
    }
}
