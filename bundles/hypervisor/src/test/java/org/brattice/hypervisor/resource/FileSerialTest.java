package org.brattice.hypervisor.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.brattice.hypervisor.memory.FrameDescription.Device.Serial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSerialTest {
    @TempDir
    Path directory;

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldAppendWhatIsSent() throws IOException {
        Path output = directory.resolve("out.log");
        try (FileSerial serial = new FileSerial(new Serial(output, null))) {
            serial.write(bytes("one\n"));
            serial.write(bytes("two\n"));

            assertEquals("one\ntwo\n", Files.readString(output));
            assertEquals(-1, serial.read(bytes("....")));
        }
    }

    @Test
    void shouldTakeWhatHasComeIn() throws IOException {
        Path input = Files.writeString(directory.resolve("in.txt"), "hello");
        byte[] target = new byte[3];
        try (FileSerial serial = new FileSerial(
                new Serial(directory.resolve("out.log"), input))) {
            assertEquals(3, serial.read(MemorySegment.ofArray(target)));
            assertEquals("hel", new String(target, StandardCharsets.UTF_8));
            assertEquals(2, serial.read(MemorySegment.ofArray(target)));
            assertEquals(0, serial.read(MemorySegment.ofArray(target)));
            Files.writeString(input, "hello!");
            assertEquals(1, serial.read(MemorySegment.ofArray(target)));
            assertEquals("!ol", new String(target, StandardCharsets.UTF_8));
        }
    }
}
