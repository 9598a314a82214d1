package org.brattice.hypervisor.vsr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.FrameLayout;

/**
 * The fuzz target for the header of a frame file, and for its length: it is opened, made anew
 * where it never was a frame, or refused in words. The input is what the file begins with; a first
 * byte that is odd cuts the file behind the input.
 */
public final class HeaderFuzz {
    private static final HeaderFuzz FUZZ = new HeaderFuzz();
    private final FrameDescription description = new FrameDescription("fuzz", 1 << 20, 64 << 10, 4,
            64, Backing.DATA, Map.of());
    private final Path file;
    private final byte[] header;

    private HeaderFuzz() {
        try {
            Path data = Files.createTempDirectory("fuzz");
            Frame.open(data, description).close();
            file = data.resolve("frame.mem");
            header = Arrays.copyOf(Files.readAllBytes(file), (int) FrameLayout.HEADER_SIZE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Jazzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        FUZZ.run(input);
    }

    private void run(byte[] input) {
        boolean cut = input.length > 0 && (input[0] & 1) == 1;
        int length = Math.max(0, Math.min(input.length - 1, (int) FrameLayout.HEADER_SIZE));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), description.memory() - 1);
            channel.write(ByteBuffer.wrap(header), 0);
            channel.write(ByteBuffer.wrap(input, input.length - length, length), 0);
            if (cut) {
                channel.truncate(length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Frame frame = Frame.open(file.getParent(), description, true)) {
            if (frame.word(0) != FrameLayout.MAGIC
                    || frame.memory().byteSize() != description.memory()) {
                throw new AssertionError("opened, and yet no frame");
            }
        } catch (IOException | IllegalArgumentException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("refused without a reason", e);
            }
        }
    }
}
