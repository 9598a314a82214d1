package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameworkPropertiesTest {
    @TempDir
    Path folder;

    @Test
    void shouldExpandPlaceholders() throws IOException {
        var file = file("cache = ${brattice.data}/cache\nlevel = 1");
        var data = "C:\\new $1";
        assertEquals(Map.of("cache", data + "/cache", "level", "1", "brattice.data", data),
                FrameworkProperties.read(file, Map.of("brattice.data", data)));
    }

    @Test
    void shouldRefuseUnknownPlaceholder() throws IOException {
        var file = file("cache = ${brattice.dta}/cache");
        assertEquals("properties=" + file + " key=cache names the unknown placeholder=brattice.dta",
                assertThrows(Refusal.class, () -> FrameworkProperties.read(file, Map.of()))
                        .getMessage());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("framework.properties"), text);
    }
}
