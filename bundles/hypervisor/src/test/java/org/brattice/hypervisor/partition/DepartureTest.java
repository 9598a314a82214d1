package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a partition owns that does not come back. */
class DepartureTest {
    @TempDir
    private Path directory;

    @Test
    void shouldDepartWhenItsNextFirmwareIsRefused() throws IOException {
        try (Rig rig = new Rig(directory, new SplittableRandom(1))) {
            rig.install("x", Map.of("name", "x", "memory", "128 KiB", "ipca", "4 KiB"));
            rig.awaitQuiet();
            LogicalPartition x = rig.machine().partitions().named("x");
            assertTrue(rig.running().containsKey(x));
            rig.update(rig.installed.get("x"),
                    Map.of("name", "x", "memory", "64 KiB", "ipca", "4 KiB"));
            rig.awaitQuiet();
            assertEquals(
                    "memory=64 KiB must be at least 128 KiB, which x was given and has its data"
                            + " in: uninstall its bundle first to begin anew",
                    rig.machine().lifeCycle().refused().get(rig.installed.get("x").source)
                            .reason());
            assertEquals(0, rig.ownership().processors().of(x.number()).size());
        }
    }
}
