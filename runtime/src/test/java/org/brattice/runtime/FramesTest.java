package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FramesTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void shouldRemoveThoseAlone() throws Exception {
        var data = Files.createDirectory(folder.resolve("data"));
        var gone = folder.resolve("gone");
        var holder = new ProcessBuilder("sleep", "600").start();
        try {
            var living = LivingProcess.facts(holder.pid()).split(" ");
            var over = new String[]{"0", living[1], living[2], living[3]};
            var other = new String[]{"0", living[1], living[2], "pid:[1]"};
            frame("brattice-1-kept.mem", data, over);
            frame("brattice-2-held.mem", gone, living);
            frame("brattice-3-gone.mem", gone, over);
            frame("brattice-4-elsewhere.mem", gone, other);
            Files.writeString(folder.resolve("brattice-5-text.mem"), "Dear all");
            Files.createSymbolicLink(folder.resolve("brattice-6-link.mem"),
                    folder.resolve("brattice-3-gone.mem"));
            Files.createSymbolicLink(data.resolve("frame.mem"),
                    folder.resolve("brattice-1-kept.mem"));

            assertEquals(ExitStatus.SUCCESS, new Frames(folder, out()).list());
            assertLine("brattice-1-kept.mem +0 MiB +nobody +" + data);
            assertLine("brattice-2-held.mem +0 MiB +process=" + holder.pid() + " +" + gone
                    + " \\(gone\\)");
            assertLine("brattice-3-gone.mem +0 MiB +nobody +" + gone + " \\(gone\\)");
            assertLine("brattice-4-elsewhere.mem +0 MiB +another container +" + gone
                    + " \\(gone\\)");
            assertLine("brattice-5-text.mem +0 MiB +nobody +no frame, or unfinished");
            assertTrue(Files.exists(folder.resolve("brattice-3-gone.mem")));

            printed.reset();
            assertEquals(ExitStatus.SUCCESS, new Frames(folder, out()).prune());
            assertEquals("removed " + folder.resolve("brattice-3-gone.mem") + ", 0 MiB, of "
                    + gone + " (gone)\n", printed.toString(StandardCharsets.UTF_8));
            assertFalse(Files.exists(folder.resolve("brattice-3-gone.mem")));
            for (var kept : new String[]{"1-kept", "2-held", "4-elsewhere", "5-text"}) {
                assertTrue(Files.exists(folder.resolve("brattice-" + kept + ".mem")), kept);
            }
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldKeepWhatIsLocked() throws IOException {
        var facts = LivingProcess.facts(ProcessHandle.current().pid()).split(" ");
        var file = frame("brattice-1.mem", folder.resolve("gone"), facts);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.lock();
            new Frames(folder, out()).prune();
            assertTrue(Files.exists(file));
        }
        new Frames(folder, out()).prune();
        assertFalse(Files.exists(file));
    }

    private void assertLine(String pattern) {
        var text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.lines().anyMatch(line -> line.matches(folder + "/" + pattern)),
                pattern + "\n" + text);
    }

    private PrintStream out() {
        return new PrintStream(printed, true, StandardCharsets.UTF_8);
    }

    private Path frame(String name, Path data, String[] facts) throws IOException {
        var header = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        var boot = UUID.fromString(facts[2]);
        var path = data.toString().getBytes(StandardCharsets.UTF_8);
        header.put(0, "BRATTICE".getBytes(StandardCharsets.US_ASCII));
        header.putLong(2048, Long.parseLong(facts[0])).putLong(2056, Long.parseLong(facts[1]));
        header.putLong(2064, boot.getMostSignificantBits());
        header.putLong(2072, boot.getLeastSignificantBits());
        header.putLong(2080, Long.parseLong(facts[3].replaceAll("\\D", "")));
        header.putLong(2096, path.length).put(2104, path);
        return Files.write(folder.resolve(name), header.array());
    }
}
