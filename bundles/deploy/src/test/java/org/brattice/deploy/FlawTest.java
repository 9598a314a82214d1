package org.brattice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlawTest {
    @TempDir
    Path folder;

    @Test
    void shouldFindNoneInABundle() throws IOException {
        assertEquals(Optional.empty(), Flaw.of(file("a.jar", jar("Bundle-SymbolicName"))));
    }

    @Test
    void shouldNameWhatAJarLacks() throws IOException {
        assertEquals(
                "is no bundle, as its manifest has no Bundle-SymbolicName: build it with bnd",
                Flaw.of(file("plain.jar", jar("Created-By"))).orElseThrow());
    }

    @Test
    void shouldTellATruncatedJar() throws IOException {
        var whole = jar("Bundle-SymbolicName");
        var flaw = Flaw.of(file("half.jar", Arrays.copyOf(whole, whole.length / 2))).orElseThrow();
        assertTrue(flaw.startsWith("is no whole archive ("), flaw);
        assertTrue(flaw.endsWith("): copy it again"), flaw);
    }

    private File file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toFile();
    }

    private static byte[] jar(String attribute) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue(attribute, "x");
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return bytes.toByteArray();
    }
}
