package org.brattice.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Where the machine's frame memory, bundle cache, deploy folder and log lie; one process at a time
 * has it, from {@link #take} until {@link #close} or its end.
 */
final class DataDirectory implements AutoCloseable {
    private static final int HOLDER_LIMIT = 200;
    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the directory where there is none, and takes it for this process.
     *
     * @throws Refusal when it cannot be made, or another process has it
     */
    static DataDirectory take(Path path) {
        checkName(path);
        try {
            OwnerOnly.directory(path);
            for (var folder : new String[]{"cache", "config", "deploy", "log"}) {
                Files.createDirectories(path.resolve(folder), OwnerOnly.DIRECTORY);
            }
            var lock = path.resolve("lock");
            if (Files.exists(lock) && !Files.isRegularFile(lock)) {
                throw new Refusal(ExitStatus.NOT_RUNNING,
                        "file=" + lock + " is no regular file: remove it");
            }
            var channel = FileChannel.open(lock, Set.of(StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE), OwnerOnly.FILE);
            var holder = holder(channel);
            // A process loses its locks when anything in it closes a descriptor of the file.
            if (!lock(channel) || LivingProcess.isOther(holder)) {
                channel.close();
                throw new Refusal(ExitStatus.IN_USE, "data=" + path + " is in use by process="
                        + holder.split(" ")[0]
                        + ": stop that one, or choose another directory with --data");
            }
            channel.truncate(0);
            channel.write(encode(LivingProcess.facts(ProcessHandle.current().pid())), 0);
            return new DataDirectory(path, channel);
        } catch (IOException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING, "data=" + path + " cannot be used ("
                    + e + "): choose a directory you may write to with --data", e);
        }
    }

    /** File Install divides the name of its folder at commas, and puts the values of variables into it. */
    private static void checkName(Path path) {
        for (var character : new String[]{",", "${", "\n", "\r"}) {
            if (path.toString().contains(character)) {
                throw new Refusal(ExitStatus.USAGE, "data=" + path + " has "
                        + (character.isBlank() ? "a line break" : character)
                        + " in its name, and jars in its deploy folder would not be found: choose"
                        + " another directory with --data");
            }
        }
    }

    Path path() {
        return path;
    }

    Path cache() {
        return path.resolve("cache");
    }

    Path log() {
        return path.resolve("log").resolve("brattice.log");
    }

    /** {@return the frame description; the first time, a copy of the one given} */
    Path frameDescription(Path original) {
        var description = path.resolve("frame.conf");
        try {
            if (Files.notExists(description)) {
                Files.copy(original, description);
            } else if (!Files.isRegularFile(description)) {
                throw new Refusal(ExitStatus.NOT_RUNNING, "frame=" + description
                        + " is no regular file: remove it, and a usual one is made");
            }
            return description;
        } catch (IOException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING,
                    "frame=" + description + " cannot be written: " + e, e);
        }
    }

    /**
     * The tour deploys and removes partitions, so it takes no folder in which somebody's lie.
     *
     * @throws Refusal when there are jars in the deploy folder
     */
    void checkNothingDeployed() {
        try (var jars = Files.newDirectoryStream(path.resolve("deploy"), "*.jar")) {
            for (var jar : jars) {
                throw new Refusal(ExitStatus.USAGE, "deploy folder of data=" + path + " has "
                        + jar.getFileName() + ": the tour wants it empty, choose another directory"
                        + " with --data");
            }
        } catch (IOException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING, "data=" + path + " cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The lock ends with the process at the latest.
            System.getLogger(getClass().getName()).log(System.Logger.Level.WARNING, "lock", e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        var text = ByteBuffer.allocate(HOLDER_LIMIT);
        channel.read(text, 0);
        return StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
    }

    private static ByteBuffer encode(String text) {
        return StandardCharsets.US_ASCII.encode(text);
    }
}
