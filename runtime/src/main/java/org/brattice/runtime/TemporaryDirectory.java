package org.brattice.runtime;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** The data directory of a tour that was given none: it leaves nothing behind. */
final class TemporaryDirectory implements AutoCloseable {
    private final Path path;

    TemporaryDirectory() {
        try {
            path = Files.createTempDirectory("brattice-").toRealPath();
        } catch (IOException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING, "no temporary directory can be made in "
                    + System.getProperty("java.io.tmpdir") + ": name one with --data", e);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            Files.walkFileTree(path, new Removal());
        } catch (IOException e) {
            Console.say("data=" + path + " was not removed: " + e);
        }
    }

    private static final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            // Frame memory lies on a memory file system, behind a link.
            if (attributes.isSymbolicLink()) {
                Files.deleteIfExists(file.toRealPath());
            }
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
