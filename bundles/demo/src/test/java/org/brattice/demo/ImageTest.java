package org.brattice.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTest {
    @Test
    void shouldDigestTheFile(@TempDir Path folder) throws Exception {
        Image image = new Image(Files.writeString(folder.resolve("image"), "abc"));
        // The example of FIPS 180-2.
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                image.sha256());
        assertEquals(3, image.size());
    }
}
