package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFrameTest {
    @TempDir
    Path folder;

    @Test
    void shouldPutImageIntoItsSlotAlone() throws IOException {
        var lines = List.of("name = f", "slot.U1-P1-C1=block a read-only",
                "slot.U1-P1-C2 = block b");
        var description = Files.write(folder.resolve("frame.conf"), lines);
        var image = folder.resolve("my disk.iso");
        assertEquals(List.of("name = f", "slot.U1-P1-C2 = block b",
                "slot.U1-P1-C1 = block " + image + " read-only"),
                Files.readAllLines(new DemoFrame(description).with(image)));
        assertEquals(lines, Files.readAllLines(description));
    }

    @Test
    void shouldRefuseImageThatIsNoFile() {
        var refusal = assertThrows(Refusal.class, () -> DemoFrame.image(folder));
        assertEquals("image=" + folder + " is no readable file: name one with --image FILE",
                refusal.getMessage());
        assertEquals(ExitStatus.USAGE, refusal.status());
    }
}
