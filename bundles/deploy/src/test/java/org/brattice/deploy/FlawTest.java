package org.brattice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

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

    @Test
    void shouldTellAnEntryThatIsNotWhole() throws IOException {
        byte[] whole = jar("Bundle-SymbolicName", ZipEntry.STORED);
        int at = new String(whole, StandardCharsets.ISO_8859_1).indexOf("firmware");
        whole[at] ^= 1;
        assertEquals("is no whole archive (entry=Firmware.class does not have its checksum): copy"
                + " it again", Flaw.of(file("stored.jar", whole)).orElseThrow());

        byte[] deflated = jar("Bundle-SymbolicName", ZipEntry.DEFLATED);
        at = new String(deflated, StandardCharsets.ISO_8859_1).indexOf("Firmware.class");
        Arrays.fill(deflated, at + 16, at + 24, (byte) 0xff);
        var flaw = Flaw.of(file("deflated.jar", deflated)).orElseThrow();
        assertTrue(flaw.startsWith("is no whole archive (entry=Firmware.class is damaged"), flaw);
    }

    @Test
    void shouldTellWhatIsNoRegularFile() {
        assertTrue(Flaw.of(folder.toFile()).orElseThrow().startsWith("is no regular file"));
        assertTrue(Flaw.ofConfiguration(folder.toFile()).orElseThrow()
                .startsWith("is no regular file"));
    }

    @Test
    void shouldTellAByteOrderMark() throws IOException {
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_16BE)) {
            var flaw = Flaw.ofConfiguration(file("a.cfg", "\ufeffa = b".getBytes(charset)));
            assertTrue(flaw.orElseThrow().startsWith("begins with a byte order mark"), charset
                    .name());
        }
        assertEquals(Optional.empty(),
                Flaw.ofConfiguration(file("a.cfg", "a = b".getBytes(StandardCharsets.UTF_8))));
        assertEquals(Optional.empty(), Flaw.ofConfiguration(file("a.cfg", new byte[0])));
    }

    private File file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toFile();
    }

    private static byte[] jar(String attribute) throws IOException {
        return jar(attribute, ZipEntry.DEFLATED);
    }

    private static byte[] jar(String attribute, int method) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue(attribute, "x");
        byte[] firmware = "firmware, firmware".getBytes(StandardCharsets.UTF_8);
        var entry = new ZipEntry("Firmware.class");
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
            var sum = new CRC32();
            sum.update(firmware);
            entry.setCrc(sum.getValue());
            entry.setSize(firmware.length);
        }
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(entry);
            jar.write(firmware);
        }
        return bytes.toByteArray();
    }
}
