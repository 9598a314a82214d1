package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedFileTest {
    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("some.log");
    }

    @Test
    void shouldGoOnAtTheEnd() throws IOException {
        Files.writeString(path(), "before\n");
        try (var file = BoundedFile.open(path(), 100)) {
            assertFalse(file.append("gr\u00fc\u00dfe\n"));
        }
        assertEquals("before\ngr\u00fc\u00dfe\n", Files.readString(path()));
    }

    @Test
    void shouldKeepTheLatestAndTheOneBefore() throws IOException {
        try (var file = BoundedFile.open(path(), 100)) {
            for (var i = 0; i < 1000; i++) {
                file.append("line " + i + "\n");
            }
        }
        var old = folder.resolve("some.log.old");
        assertTrue(Files.size(path()) <= 110, () -> "bytes=" + path().toFile().length());
        assertTrue(Files.size(old) <= 110, () -> "bytes=" + old.toFile().length());
        assertTrue((Files.readString(old) + Files.readString(path()))
                .endsWith("line 997\nline 998\nline 999\n"));
    }

    @Test
    void shouldBeginAnewWhereItWasRemoved() throws Exception {
        try (var file = BoundedFile.open(path(), 100)) {
            file.append("lost\n");
            Files.delete(path());
            var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!file.append("again\n")) {
                assertTrue(System.nanoTime() < end, "it is not noticed");
                Thread.onSpinWait();
            }
            assertEquals("again\n", Files.readString(path()));
        }
    }

    @Test
    void shouldRefuseWhatIsNoFile() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path().toString()).start().waitFor());
        assertEquals(path() + " is no regular file: remove it", assertThrows(IOException.class,
                () -> BoundedFile.open(path(), 100)).getMessage());
    }
}
