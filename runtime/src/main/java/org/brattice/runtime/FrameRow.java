package org.brattice.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A frame file on the memory file system, as its header tells; docs/memory-layout.md has the offsets.
 *
 * @param file where it lies
 * @param size bytes
 * @param user the process that has it, {@code nobody}, or why nobody can tell
 * @param data the data directory that took it last, {@code unknown}, or what else the file is
 * @param prunable whether no process has it and its data directory is gone
 */
record FrameRow(Path file, long size, String user, String data, boolean prunable) {
    private static final long MAGIC = 0x4543495454415242L;
    private static final int HEADER = 4096;
    private static final int PROCESS = 2048;
    private static final int STARTED = 2056;
    private static final int BOOT = 2064;
    private static final int SPACE = 2080;
    private static final int DATA_LENGTH = 2096;
    private static final int DATA = 2104;
    private static final String NOBODY = "nobody";

    /** Looks at a file; removes it too when that is asked for, and nobody will miss it. */
    static FrameRow of(Path file, boolean prune) throws IOException {
        var size = Files.size(file);
        if (!Files.isReadable(file) || !Files.isWritable(file)) {
            return new FrameRow(file, size, "unknown", "another user's", false);
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            var header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(header, 0);
            var row = read(file, size, header.clear(), locked(channel));
            if (prune && row.prunable()) {
                // The lock is held until it is gone.
                Files.delete(file);
            }
            return row;
        }
    }

    private static FrameRow read(Path file, long size, ByteBuffer header, boolean locked) {
        if (header.getLong(0) != MAGIC) {
            return new FrameRow(file, size, locked ? "unknown" : NOBODY, "no frame, or unfinished",
                    false);
        }
        var user = user(header, locked);
        var length = Math.clamp(header.getLong(DATA_LENGTH), 0, HEADER - DATA);
        var data = new String(header.array(), DATA, length, StandardCharsets.UTF_8);
        if (!data.startsWith("/") || data.indexOf('\0') >= 0) {
            return new FrameRow(file, size, user, "unknown", false);
        }
        var gone = Files.notExists(Path.of(data));
        return new FrameRow(file, size, user,
                data.replaceAll("\\p{Cntrl}", "?") + (gone ? " (gone)" : leads(data, file)),
                gone && user.equals(NOBODY));
    }

    private static String leads(String data, Path file) {
        try {
            return Files.isSameFile(Path.of(data, "frame.mem"), file) ? "" : " (has another)";
        } catch (IOException e) {
            return " (has none)";
        }
    }

    /** By the lock, and by the facts, as a lock can be lost. */
    private static String user(ByteBuffer header, boolean locked) {
        var process = header.getLong(PROCESS);
        var boot = new UUID(header.getLong(BOOT), header.getLong(BOOT + 8));
        var facts = " " + boot + " pid:[" + header.getLong(SPACE) + "]";
        var own = LivingProcess.facts(ProcessHandle.current().pid()).split(" ");
        var elsewhere = own.length > 3 && own[2].equals(boot.toString())
                && !own[3].equals("pid:[" + header.getLong(SPACE) + "]");
        if (elsewhere) {
            return "another container";
        }
        var lives = LivingProcess.isOther(process + " " + header.getLong(STARTED) + facts);
        return locked || lives ? "process=" + process : NOBODY;
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }
}
