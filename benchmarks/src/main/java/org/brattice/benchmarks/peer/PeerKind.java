package org.brattice.benchmarks.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** The peers there are, ours first, with what their processes are started with. */
public enum PeerKind {
    /** Dedicated processors, file-backed frame on the memory file system: what is compared. */
    BRATTICE("Brattice", Options.OURS, () -> new Brattice(Options.DISK, "memory", true)),
    /** The ring that the goals are set against. */
    AGRONA_MANY("Agrona many-to-one", Options.AGRONA,
            () -> new AgronaRing(ManyToOneRingBuffer::new)),
    /** For one sender alone. */
    AGRONA_ONE("Agrona one-to-one", Options.AGRONA,
            () -> new AgronaRing(OneToOneRingBuffer::new));

    private final String title;
    private final List<String> options;
    private final Callable<Peer> opening;

    PeerKind(String title, List<String> options, Callable<Peer> opening) {
        this.title = title;
        this.options = options;
        this.opening = opening;
    }

    /** What it is called in tables. */
    public String title() {
        return title;
    }

    /** Options of the Java process that has it. */
    public List<String> options() {
        return options;
    }

    /** Opens it. In its own process. */
    public Peer open() throws Exception {
        return opening.call();
    }

    private static final class Options {
        static final Path DISK = Path.of(System.getProperty("benchmarks.data", "."));
        /** As runtime/src/main/dist/etc/java.options, on the class path. */
        static final List<String> OURS = List.of("--illegal-native-access=deny",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=deny",
                "-Djdk.virtualThreadScheduler.parallelism=16",
                "-Djdk.virtualThreadScheduler.maxPoolSize=256", "-XX:+UseSerialGC", "-Xms64m");
        static final List<String> AGRONA = List.of(
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Dagrona.disable.bounds.checks=true", "-XX:+UseSerialGC", "-Xms64m");
    }
}
