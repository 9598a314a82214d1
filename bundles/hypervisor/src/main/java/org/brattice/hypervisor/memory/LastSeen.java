package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a data directory knows of its frame, in a file beside it: so a frame that has vanished is missed.
 *
 * @param id of the frame
 * @param boot of the host when it was seen
 * @param path of its file
 * @param made whether it was whole
 * @param partitions names of those that it had, with commas between
 * @param unread bytes of messages that nobody had read
 * @param moment when it was seen
 */
record LastSeen(UUID id, UUID boot, String path, boolean made, String partitions, long unread,
        Instant moment) {
    static final String FILE = "frame.facts";

    /** A frame that is being made. */
    static LastSeen begun(UUID id, Path file) {
        return new LastSeen(id, Host.boot(), file.toString(), false, "", 0, now());
    }

    /** The frame is whole, on this host. */
    LastSeen whole(Path file) {
        return new LastSeen(id, Host.boot(), file.toString(), true, partitions, unread, now());
    }

    /** The same with what it has in it now. */
    LastSeen with(List<String> names, long bytes) {
        return new LastSeen(id, boot, path, made, String.join(",", names), bytes, now());
    }

    /** Whether nothing but time tells them apart. */
    boolean same(LastSeen other) {
        return new LastSeen(id, boot, path, made, partitions, unread, other.moment).equals(other);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Reads what a data directory knows; null when that is nothing.
     *
     * @throws IOException when something else lies there
     */
    static LastSeen read(Path data) throws IOException {
        Path file = data.resolve(FILE);
        if (!FramePlace.regular(file, "remove it")) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines()
                .map(line -> line.split(" = ", 2)).filter(words -> words.length == 2)
                .forEach(words -> values.put(words[0], words[1]));
        try {
            return new LastSeen(UUID.fromString(values.get("id")),
                    UUID.fromString(values.get("boot")), values.get("path"),
                    Boolean.parseBoolean(values.get("made")), values.get("partitions"),
                    Long.parseLong(values.get("unread")), Instant.parse(values.get("seen")));
        } catch (RuntimeException e) {
            throw new IOException("file=" + file
                    + " is damaged: remove it, if the frame memory beside it is the right one", e);
        }
    }

    /** Writes it into a data directory, all of it or nothing. */
    void write(Path data) throws IOException {
        Path part = data.resolve(FILE + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, OwnerOnly.file());
        Files.writeString(part, "id = " + id + "\nboot = " + boot + "\npath = " + path
                + "\nmade = " + made + "\npartitions = " + partitions + "\nunread = " + unread
                + "\nseen = " + moment + "\n");
        Files.move(part, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What it had, in words. */
    String contents() {
        return "partitions=" + (partitions.isEmpty() ? "none" : partitions) + " and unread="
                + Size.text(unread) + " when last seen at " + moment;
    }

    /**
     * Says what is lost with a frame that is gone. One that a start of the host has swept away cannot be
     * put back; any other is replaced only when somebody asks for that.
     *
     * @throws IOException when it is not to be replaced, with what to do
     */
    String loss(Path data, boolean renew) throws IOException {
        String what = "frame memory in " + path + " is gone, with " + contents();
        boolean swept = !boot.equals(Host.boot()) && !Path.of(path).startsWith(data);
        if (!swept && !renew) {
            throw new IOException(what + ": put the file back, or start with --new-frame and do"
                    + " without what it held");
        }
        return what + (swept ? ", as the host was started since" : "") + ": a new frame is made";
    }

    /**
     * The frame that is there must be the one that was.
     *
     * @throws IOException when it is another, and nobody asked for that
     */
    void checkSame(UUID found, Path file, boolean renew) throws IOException {
        if (made && !renew && !id.equals(found)) {
            throw new IOException("frame memory in " + file + " has id=" + found
                    + ", not id=" + id + " with " + contents() + ": put the right file back, or"
                    + " start with --new-frame to go on with this one");
        }
    }
}
