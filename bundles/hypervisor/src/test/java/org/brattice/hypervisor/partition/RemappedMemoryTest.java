package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.OperatingSystem;
import org.brattice.api.Recovery;
import org.brattice.api.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** What a partition finds in its memory when its IPCA has moved. */
class RemappedMemoryTest {
    private static final long SIZE = 2 * Rig.BLOCK - 4096;

    @TempDir
    private Path directory;
    private final BlockingQueue<Booted> boots = new LinkedBlockingQueue<>();
    private TestPartition declared;

    private record Booted(Boot boot, List<MemorySegment> memory) {}

    /** Tells of each boot, and of the memory that it gets. */
    private final class Telling implements Firmware {
        @Override
        public void boot(Boot boot) {
            boots.add(new Booted(boot, boot.memory()));
        }

        @Override
        public void message(Message message) {
            // Nobody sends.
        }
    }

    private final class Source implements FirmwareSource {
        @Override
        public Firmware firmware() {
            return new Telling();
        }

        @Override
        public OperatingSystem operatingSystem() {
            return new OperatingSystem() {};
        }

        @Override
        public void release(Firmware firmware, OperatingSystem operatingSystem) {
            // Nothing is kept.
        }

        @Override
        public Bundle bundle() {
            return declared.bundle;
        }

        @Override
        public long modified() {
            return 0;
        }

        @Override
        public Map<String, ?> properties() {
            return declared.new Source().properties();
        }

        @Override
        public String description() {
            return "x";
        }
    }

    private Booted next() throws InterruptedException {
        return boots.poll(20, TimeUnit.SECONDS);
    }

    private Booted start(Rig rig) throws InterruptedException {
        Source source = new Source();
        rig.machine().lifeCycle().firmwareAdded(source, source.properties());
        Booted booted = next();
        rig.awaitQuiet();
        return booted;
    }

    private static void recover(Rig rig, Verdict verdict) {
        Recovery recovery = rig.machine().recoverer()
                .recover(rig.machine().partitions().named("x"), verdict).join();
        assertEquals(Recovery.State.DONE, recovery.state(), recovery.outcome());
    }

    private static void check(Booted booted) {
        assertEquals(List.of(SIZE), booted.memory.stream().map(MemorySegment::byteSize).toList());
        MemorySegment memory = booted.memory.getFirst();
        assertEquals(4711, memory.get(ValueLayout.JAVA_LONG, 0));
        assertEquals(4712, memory.get(ValueLayout.JAVA_LONG, SIZE - 8));
    }

    @Test
    void shouldKeepContentsAndOffsetsWhenTheIpcaMoves() throws Exception {
        try (Rig rig = new Rig(directory, new SplittableRandom(1))) {
            declared = new TestPartition("x", 1,
                    Map.of("name", "x", "memory", "128 KiB", "ipca", "4 KiB"),
                    new SplittableRandom(1), rig.conduct);
            rig.installed.put("x", declared);
            rig.machine().declarations().read(declared.bundle);
            Booted first = start(rig);
            first.memory.getFirst().set(ValueLayout.JAVA_LONG, 0, 4711);
            first.memory.getFirst().set(ValueLayout.JAVA_LONG, SIZE - 8, 4712);
            MemoryRange before = first.boot.ipca();

            recover(rig, new Verdict.Remap());
            check(first);
            MemoryRange now = rig.machine().ipca(first.boot.number());
            assertNotEquals(before, now);
            assertEquals(now, first.boot.ipca());

            recover(rig, new Verdict.Restart(Duration.ZERO));
            check(next());
            recover(rig, new Verdict.Remap());
            recover(rig, new Verdict.Restart(Duration.ZERO));
            check(next());

            rig.restart();
            check(start(rig));
        }
    }
}
