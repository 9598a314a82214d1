package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarStoreTest {
    private static final String ONE = "1".repeat(64);
    private static final String TWO = "2".repeat(64);

    @TempDir
    private Path parent;
    private Path directory;
    private JarStore store;

    @BeforeEach
    void start() throws IOException {
        directory = parent.resolve("good");
        store = new JarStore(directory);
        store.read();
    }

    /** As the process does when it is started again. */
    private void startAgain() throws IOException {
        store = new JarStore(directory);
        store.read();
    }

    private void keep(String digest, String version) throws IOException {
        Files.writeString(store.next("greeter"), version);
        store.keep("greeter", new JarStore.Good(digest, "greeter/" + version));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return List.copyOf(new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList()));
        }
    }

    @Test
    void shouldKeepTheLatestThatRanWell() throws IOException {
        assertEquals(null, store.good("greeter"));
        keep(ONE, "1.0.0");
        keep(TWO, "1.1.0");
        startAgain();
        assertEquals(new JarStore.Good(TWO, "greeter/1.1.0"), store.good("greeter"));
        assertEquals("1.1.0", Files.readString(store.jar("greeter")));
        assertEquals(List.of("greeter-2222222222222222.jar", "greeter.good"), files());
    }

    @Test
    void shouldHaveWhatWasBeforeWhenItIsKilledWhileItKeeps() throws IOException {
        keep(ONE, "1.0.0");
        Files.writeString(directory.resolve("greeter-2222222222222222.jar"), "1.1.0");
        Files.writeString(store.next("greeter"), "half of a ja");
        Files.writeString(directory.resolve("greeter.good.next"), TWO);
        startAgain();
        assertEquals("1.0.0", Files.readString(store.jar("greeter")));
        assertEquals(List.of("greeter-1111111111111111.jar", "greeter.good"), files());
    }

    @Test
    void shouldCondemnUntilItIsForgivenOrTheListIsRemoved() throws IOException {
        keep(ONE, "1.0.0");
        store.condemn("greeter", TWO);
        startAgain();
        assertTrue(store.condemned("greeter", TWO));
        assertFalse(store.condemned("greeter", ONE));
        store.forgive("greeter", TWO);
        assertFalse(store.condemned("greeter", TWO));
        store.condemn("greeter", TWO);
        Files.delete(store.condemned("greeter"));
        assertFalse(store.condemned("greeter", TWO));
    }

    @Test
    void shouldRunAgainWhatIsKept() throws IOException {
        keep(ONE, "1.0.0");
        store.condemn("greeter", TWO);
        keep(TWO, "1.1.0");
        assertFalse(store.condemned("greeter", TWO));
        startAgain();
        assertFalse(store.condemned("greeter", TWO));
    }

    @Test
    void shouldCondemnNothingThatCannotBeWritten() throws IOException {
        keep(ONE, "1.0.0");
        Files.createDirectories(store.condemned("greeter").resolve("in the way"));
        assertThrows(IOException.class, () -> store.condemn("greeter", TWO));
        assertFalse(store.condemned("greeter", TWO));
    }
}
