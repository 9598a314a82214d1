package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Misses a frame that was there, and notes for the next start what is there. Knows nothing of one without a name. */
final class Vanished {
    private static final System.Logger LOGGER = System.getLogger(Vanished.class.getName());

    private final Path data;
    private final FramePlace place;
    private final boolean renew;
    private final LastSeen before;
    private LastSeen now;
    private String loss;

    /**
     * Looks what the data directory knows.
     *
     * @param renew whether somebody asked for a new frame
     * @throws IOException when the file is gone, and is not to be replaced
     */
    Vanished(Path data, FramePlace place, boolean renew) throws IOException {
        this.data = data.toAbsolutePath();
        this.place = place;
        this.renew = renew;
        this.before = place.anonymous() ? null : LastSeen.read(data);
        if (!place.present()) {
            miss();
        }
    }

    private void miss() throws IOException {
        if (before != null && before.made()) {
            lost(before.loss(data, renew));
        } else if (place.dangling()) {
            lost("frame memory in " + place.file() + " is gone: a new frame is made");
        }
    }

    private void lost(String what) {
        if (loss == null) {
            LOGGER.log(System.Logger.Level.ERROR, what);
        }
        loss = what;
    }

    /** A frame is to be made. */
    void begin(UUID id) throws IOException {
        if (place.present()) {
            miss();
        }
        if (!place.anonymous()) {
            now = LastSeen.begun(id, place.file());
            now.write(data);
        }
    }

    /**
     * A frame is there.
     *
     * @throws IOException when it is not the one that was
     */
    void found(UUID id) throws IOException {
        if (!place.anonymous()) {
            now = LastSeen.begun(id, place.file());
            if (before != null) {
                before.checkSame(id, place.file(), renew);
                now = before.id().equals(id) ? before : now;
            }
        }
    }

    /** The frame is whole. */
    void whole() throws IOException {
        if (now != null) {
            now = now.whole(place.file());
            now.write(data);
        }
    }

    /** Notes what it has in it, where that has changed. */
    void note(List<String> partitions, long unread) {
        LastSeen next = now == null ? null : now.with(partitions, unread);
        if (next == null || next.same(now)) {
            return;
        }
        try {
            next.write(data);
            now = next;
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "file=" + data.resolve(LastSeen.FILE)
                    + " cannot be written", e);
        }
    }

    /** The frame was not made after all. */
    void undo() throws IOException {
        if (before != null) {
            before.write(data);
        } else if (now != null) {
            Files.deleteIfExists(data.resolve(LastSeen.FILE));
        }
    }

    /** What is lost with the frame that was there, in words, or null. */
    String loss() {
        return loss;
    }
}
