package org.brattice.benchmarks.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

import com.lmax.disruptor.dsl.ProducerType;

/** The peers there are, ours first, with what their processes are started with. */
public enum PeerKind {
    /** Dedicated processors, frame memory in a file on the memory file system: what is compared. */
    BRATTICE("Brattice", Options.OURS,
            () -> Brattice.open(Options.DATA, "memory", Brattice.Kind.DEDICATED)),
    /** The same with virtual threads as processors. */
    BRATTICE_VIRTUAL("Brattice, virtual", Options.OURS,
            () -> Brattice.open(Options.DATA, "memory", Brattice.Kind.VIRTUAL)),
    /** The same with frame memory in a file on the disk. */
    BRATTICE_DISK("Brattice, disk", Options.OURS,
            () -> Brattice.open(Options.DATA, "data", Brattice.Kind.DEDICATED)),
    /** The same with frame memory that nothing outlives. */
    BRATTICE_ANONYMOUS("Brattice, anonymous", Options.OURS,
            () -> Brattice.open(Options.DATA, "anonymous", Brattice.Kind.DEDICATED)),
    /** The same, each message with a checksum of its payload. */
    BRATTICE_CHECKSUMS("Brattice, checksums", Options.OURS,
            () -> Brattice.open(Options.DATA, "memory", Brattice.Kind.CHECKED)),
    /** The same, 64 messages by one hypervisor call. */
    BRATTICE_BATCH("Brattice, batches", Options.OURS,
            () -> Brattice.open(Options.DATA, "memory", Brattice.Kind.BATCHED)),
    /** Our rings without identity. */
    BRATTICE_VSR("Brattice, bare VSR", Options.OURS, () -> new BareVsr(Options.DATA)),
    /** The ring that the goals are set against. */
    AGRONA_MANY("Agrona many-to-one", Options.AGRONA,
            () -> new AgronaRing(ManyToOneRingBuffer::new, Integer.MAX_VALUE)),
    /** The same as it is without options: it checks the bounds of each access, as ours does. */
    AGRONA_CHECKED("Agrona, checked", Options.AGRONA_CHECKED,
            () -> new AgronaRing(ManyToOneRingBuffer::new, Integer.MAX_VALUE)),
    /** For one sender alone. */
    AGRONA_ONE("Agrona one-to-one", Options.AGRONA,
            () -> new AgronaRing(OneToOneRingBuffer::new, 1)),
    /** Exclusive publications. */
    AERON("Aeron IPC", Options.AGRONA, AeronIpc::new),
    /** For one sender alone. */
    DISRUPTOR_ONE("Disruptor, single", Options.PLAIN,
            () -> new DisruptorRing(ProducerType.SINGLE)),
    /** For any number of senders. */
    DISRUPTOR_MANY("Disruptor, multi", Options.PLAIN,
            () -> new DisruptorRing(ProducerType.MULTI)),
    /** Arrays of a pool. */
    JCTOOLS("JCTools MPSC", Options.PLAIN, JcToolsQueue::new),
    /** Handled on another thread, as our messages are. */
    EVENT_POST("EventAdmin post", Options.PLAIN, () -> new FelixEvents(Options.DATA, true)),
    /** Handled on the sender's thread. */
    EVENT_SEND("EventAdmin send", Options.PLAIN, () -> new FelixEvents(Options.DATA, false)),
    /** The design of our rings and nothing else. */
    BARE_RING("(bare ring)", Options.PLAIN, BareRing::new),
    /** The limit of throughput. */
    MEMORY_COPY("(memory copy)", Options.PLAIN, MemoryCopy::new),
    /** The limit of round trips. */
    CACHE_LINE("(cache line)", Options.PLAIN, CacheLine::new),
    /** The limit of wake-ups. */
    BARE_WAKE("(park and unpark)", Options.OURS, BareWake::new),
    /** The machine with nobody else on it. */
    CROWD_2("Brattice among 2", Options.OURS, () -> new Crowd(Options.DATA, 2)),
    /** The machine with few others. */
    CROWD_64("Brattice among 64", Options.OURS, () -> new Crowd(Options.DATA, 64)),
    /** The machine with many others. */
    CROWD_1024("Brattice among 1024", Options.OURS, () -> new Crowd(Options.DATA, 1024)),
    /** The machine with as many others as there can be. */
    CROWD_4096("Brattice among 4096", Options.OURS, () -> new Crowd(Options.DATA, 4096)),
    /** The limit of sending to few. */
    ACCESSES_64("(64 accesses)", Options.PLAIN, () -> new BareAccesses(58, Options.PLACE)),
    /** The limit of sending to many. */
    ACCESSES_1024("(1024 accesses)", Options.PLAIN, () -> new BareAccesses(1018, Options.PLACE)),
    /** The limit of sending to all. */
    ACCESSES_4096("(4096 accesses)", Options.PLAIN, () -> new BareAccesses(4090, Options.PLACE));

    private final String title;
    private final List<String> options;
    private final Callable<Peer> opening;

    PeerKind(String title, List<String> options, Callable<Peer> opening) {
        this.title = title;
        this.options = options;
        this.opening = opening;
    }

    /** What it is called in tables; limits of the machine are in brackets. */
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
        static final Path DATA = Path.of(System.getProperty("benchmarks.data", "."));
        static final long PLACE = 64 << 10;
        static final List<String> PLAIN = List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx1g");
        /** What runtime/src/main/dist/etc/java.options says, on the class path. */
        static final List<String> OURS = with(PLAIN, "--illegal-native-access=deny",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=deny",
                "-Djdk.virtualThreadScheduler.parallelism=16",
                "-Djdk.virtualThreadScheduler.maxPoolSize=256");
        /** Access to what they are built on, and no checks of bounds, as Aeron's scripts start it. */
        static final List<String> AGRONA_CHECKED = with(PLAIN,
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        static final List<String> AGRONA = with(AGRONA_CHECKED,
                "-Dagrona.disable.bounds.checks=true", "-Dagrona.strict.alignment.checks=false");

        private static List<String> with(List<String> some, String... more) {
            List<String> all = new ArrayList<>(some);
            all.addAll(List.of(more));
            return List.copyOf(all);
        }
    }
}
