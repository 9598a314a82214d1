package org.brattice.shell;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is to be sent. */
sealed interface Payload {
    /** Its bytes in order, accessible from the calling thread until the arena is closed. */
    List<MemorySegment> parts(Arena arena) throws IOException;

    record Text(String text) implements Payload {
        @Override
        public List<MemorySegment> parts(Arena arena) {
            return List.of(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** A file of any size: mapped, never loaded. */
    record Content(Path file) implements Payload {
        public Content {
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new CommandFailed("file=" + file + " is not a file that can be read");
            }
        }

        @Override
        public List<MemorySegment> parts(Arena arena) throws IOException {
            try (FileChannel channel = FileChannel.open(file)) {
                return List.of(
                        channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            }
        }
    }

    /** So many bytes, the same at each run: one segment again and again, so it may be of any size. */
    record Filler(long bytes) implements Payload {
        private static final int PART_BYTES = 1 << 20;
        private static final int PERIOD = 251;

        @Override
        public List<MemorySegment> parts(Arena arena) {
            if (bytes / PART_BYTES >= Integer.MAX_VALUE) {
                throw new CommandFailed("bytes=" + bytes + " is more than 2^51");
            }
            byte[] pattern = new byte[(int) Math.min(bytes, PART_BYTES)];
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = (byte) (i % PERIOD);
            }
            MemorySegment part = MemorySegment.ofArray(pattern);
            List<MemorySegment> whole = Collections.nCopies((int) (bytes / PART_BYTES), part);
            long rest = bytes % PART_BYTES;
            if (rest == 0 && bytes > 0) {
                return whole;
            }
            List<MemorySegment> parts = new ArrayList<>(whole);
            parts.add(part.asSlice(0, rest));
            return parts;
        }
    }
}
