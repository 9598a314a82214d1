package org.brattice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleException;

class NoBundleTest {
    private final NoBundle refusal = new NoBundle();

    @TempDir
    Path folder;

    @Test
    void shouldLeaveBundlesAlone() throws IOException {
        assertFalse(refusal.canHandle(file("a.jar", jar("Bundle-SymbolicName"))));
    }

    @Test
    void shouldLeaveOtherFilesAlone() throws IOException {
        assertFalse(refusal.canHandle(file("a.cfg", new byte[1])));
        assertFalse(refusal.canHandle(file(".a.jar.tmp", new byte[1])));
    }

    @Test
    void shouldRefuseJarThatIsNoBundle() throws IOException {
        var plain = file("plain.jar", jar("Created-By"));
        assertTrue(refusal.canHandle(plain));
        assertEquals(
                "jar=plain.jar is no bundle, as its manifest has no Bundle-SymbolicName: "
                        + "build it with bnd",
                assertThrows(BundleException.class, () -> refusal.install(plain)).getMessage());
    }

    @Test
    void shouldRefuseTruncatedJar() throws IOException {
        var whole = jar("Bundle-SymbolicName");
        var half = file("half.jar", Arrays.copyOf(whole, whole.length / 2));
        assertTrue(refusal.canHandle(half));
        var message = assertThrows(BundleException.class, () -> refusal.update(half)).getMessage();
        assertTrue(message.startsWith("jar=half.jar is no whole archive ("), message);
        assertTrue(message.endsWith("): copy it again"), message);
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
