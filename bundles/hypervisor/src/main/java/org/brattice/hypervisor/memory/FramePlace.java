package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the file behind frame memory lies, or is to be made. What a failed start has made it takes away
 * again.
 */
final class FramePlace {
    private static final System.Logger LOGGER = System.getLogger(FramePlace.class.getName());
    private static final Path MEMORY_FILE_SYSTEM = Path.of("/dev/shm");
    private static final String LINK = "frame.mem";

    private final Path data;
    private final Path link;
    private final FrameDescription description;
    private final boolean anonymous;
    private final List<Path> made = new ArrayList<>();
    private Path file;
    private boolean present;

    private FramePlace(Path data, FrameDescription description) {
        this.data = data;
        this.link = data.resolve(LINK);
        this.description = description;
        this.anonymous = description.backing() == FrameDescription.Backing.ANONYMOUS;
        this.file = link;
    }

    /**
     * Looks where the frame of a data directory lies, and opens nothing.
     *
     * @throws IOException when what is there is no file
     */
    static FramePlace find(Path data, FrameDescription description) throws IOException {
        FramePlace place = new FramePlace(data, description);
        if (!place.anonymous && Files.exists(place.link, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.isSymbolicLink(place.link)) {
                place.file = data.resolve(Files.readSymbolicLink(place.link)).normalize();
            }
            place.present = regular(place.link, "move it away and start with --new-frame");
        }
        return place;
    }

    /**
     * Whether a regular file is there: opening anything else may wait for ever.
     *
     * @throws IOException when something else is there, with the remedy
     */
    static boolean regular(Path path, String remedy) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
            if (!found.isRegularFile()) {
                throw new IOException("file=" + path + " is a "
                        + (found.isDirectory() ? "directory" : "pipe or device")
                        + ", no regular file: " + remedy);
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (FileSystemException e) {
            throw new IOException("file=" + path + " cannot be reached ("
                    + (e.getReason() == null ? "no permission" : e.getReason()) + "): " + remedy,
                    e);
        }
    }

    Path file() {
        return file;
    }

    Path link() {
        return link;
    }

    boolean anonymous() {
        return anonymous;
    }

    /** Whether there is a file. */
    boolean present() {
        return present;
    }

    /** Whether the link leads to a file that is gone. */
    boolean dangling() {
        return !present && !anonymous && Files.isSymbolicLink(link);
    }

    /** Opens the file; makes it, where it fits, when there is none. */
    FileChannel open() throws IOException {
        if (!present) {
            make();
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (anonymous) {
                undo();
            } else {
                OwnerOnly.tighten(file);
            }
            return channel;
        } catch (FileSystemException e) {
            throw new IOException("frame memory in " + file + " cannot be opened: let this user"
                    + " read and write it", e);
        }
    }

    private void make() throws IOException {
        Path directory = directory();
        boolean linked = !anonymous && !directory.equals(data);
        file = anonymous || linked ? directory.resolve(uniqueName()) : link;
        if (dangling()) {
            Files.delete(link);
        }
        make(Files.createFile(file, OwnerOnly.file()));
        if (linked) {
            make(Files.createSymbolicLink(link, file));
        }
    }

    private void make(Path path) {
        made.add(path);
    }

    private static String uniqueName() {
        return "brattice-" + HexFormat.of()
                .toHexDigits(System.nanoTime() ^ ProcessHandle.current().pid()) + ".mem";
    }

    /** The first of the directories that may have it, and in which it fits. */
    private Path directory() throws IOException {
        List<Path> candidates = switch (description.backing()) {
            case DATA -> List.of(data);
            case MEMORY -> usable(MEMORY_FILE_SYSTEM, data);
            case ANONYMOUS -> usable(MEMORY_FILE_SYSTEM, data,
                    Path.of(System.getProperty("java.io.tmpdir")));
        };
        for (Path candidate : candidates) {
            if (free(candidate) >= description.memory()) {
                if (!candidate.equals(candidates.getFirst())) {
                    LOGGER.log(System.Logger.Level.ERROR, "memory="
                            + Size.text(description.memory()) + " does not fit in "
                            + room(candidates.getFirst()) + ": frame memory is made in "
                            + candidate + " instead");
                }
                return candidate;
            }
        }
        throw new IOException("memory=" + Size.text(description.memory()) + " does not fit: "
                + candidates.stream().map(FramePlace::room).collect(Collectors.joining(", "))
                + "; " + remedy());
    }

    private String remedy() {
        boolean elsewhere = description.backing() == FrameDescription.Backing.DATA
                && usable(MEMORY_FILE_SYSTEM).stream()
                        .anyMatch(directory -> free(directory) >= description.memory());
        return "lower memory in " + data.resolve("frame.conf")
                + (elsewhere ? ", or set backing = memory there" : "") + ", or free space";
    }

    private static List<Path> usable(Path... directories) {
        return Stream.of(directories)
                .filter(directory -> Files.isDirectory(directory) && Files.isWritable(directory))
                .toList();
    }

    private static String room(Path directory) {
        return directory + " has " + (free(directory) >> 20) + " MiB free";
    }

    private static long free(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "directory=" + directory, e);
            return 0;
        }
    }

    /**
     * There must be room for what a file that is there lacks.
     *
     * @throws IOException with what to do
     */
    void checkRoom(long size) throws IOException {
        if (size < description.memory() && free(file.getParent()) < description.memory()) {
            throw new IOException("memory=" + Size.text(description.memory())
                    + " does not fit: frame memory in " + file + " is still to be made, and "
                    + room(file.getParent()) + "; " + remedy());
        }
    }

    /** The data directory, wherever links lead to it. */
    Path data() throws IOException {
        return data.toRealPath();
    }

    /**
     * No living process may have the frame, and no other data directory lead to it.
     *
     * @param owner the data directory that took it last, or null
     * @throws IOException with what to do
     */
    void checkHolder(FrameHolder holder, FrameHolder self, Path owner) throws IOException {
        String mine = ", or remove " + link + " and start with --new-frame";
        if (holder.excludes(self)) {
            throw new IOException("frame memory in " + file + " is in use by process="
                    + holder.process() + (owner == null ? "" : " for data=" + owner)
                    + ": stop that one" + mine);
        }
        if (owner != null && leads(owner) && !Files.isSameFile(owner, data)) {
            throw new IOException("frame memory in " + file + " belongs to data=" + owner
                    + ", of which data=" + data + " is a copy: start with that" + mine);
        }
    }

    private boolean leads(Path other) {
        try {
            return Files.isSameFile(other.resolve(LINK), file);
        } catch (IOException e) {
            // There is none, or nobody may look.
            return false;
        }
    }

    /** Takes away what was made here. */
    void undo() {
        for (Path path : made.reversed()) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                LOGGER.log(System.Logger.Level.WARNING, "file=" + path + " was not removed", e);
            }
        }
        made.clear();
    }

    /** What was made here is there to stay. */
    void keep() {
        made.clear();
    }
}
