package org.brattice.runtime;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The frames that lie on the memory file system, whatever data directory they belong to. */
final class Frames {
    static final Path MEMORY_FILE_SYSTEM = Path.of("/dev/shm");
    private static final String FORMAT = "%-40s %9s  %-18s %s%n";
    private final Path directory;
    private final PrintStream out;

    Frames(Path directory, PrintStream out) {
        this.directory = directory;
        this.out = out;
    }

    /** Lists them all, and returns the status to end with. */
    int list() {
        out.printf(FORMAT, "FILE", "SIZE", "USED BY", "DATA DIRECTORY");
        return each(false, row -> out.printf(FORMAT, row.file(), size(row), row.user(),
                row.data()));
    }

    /** Removes those that no process has and whose data directory is gone; says which. */
    int prune() {
        var removed = new ArrayList<FrameRow>();
        var status = each(true, row -> {
            if (row.prunable()) {
                removed.add(row);
                out.printf("removed %s, %s, of %s%n", row.file(), size(row), row.data());
            }
        });
        if (removed.isEmpty()) {
            out.println("nothing to remove: each frame is in use, or its data directory is there");
        }
        return status;
    }

    private static String size(FrameRow row) {
        return (row.size() >> 20) + " MiB";
    }

    private int each(boolean prune, Consumer<FrameRow> told) {
        var status = ExitStatus.SUCCESS;
        for (var file : files()) {
            try {
                told.accept(FrameRow.of(file, prune));
            } catch (IOException e) {
                Console.say("file=" + file + " cannot be read or removed: " + e.getMessage());
                status = ExitStatus.FAILURE;
            }
        }
        return status;
    }

    private List<Path> files() {
        var files = new ArrayList<Path>();
        if (Files.isDirectory(directory)) {
            try (var found = Files.newDirectoryStream(directory, "brattice-*.mem")) {
                for (var file : found) {
                    // Opening anything else may wait for ever.
                    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        files.add(file);
                    }
                }
            } catch (IOException e) {
                throw new Refusal(ExitStatus.NOT_RUNNING, "directory=" + directory
                        + " cannot be read: " + e.getMessage(), e);
            }
        }
        files.sort(null);
        return files;
    }
}
