package org.brattice.benchmarks.moves;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.benchmarks.machine.EmbeddedMachine;
import org.osgi.framework.ServiceRegistration;

/**
 * Partitions started and stopped in a storm: in all, for each life-cycle event, and in memory. A stop counts
 * when the partition has departed, and its processor was moved to the free pool.
 */
final class LifeStorm {
    private static final int[] SIZES = {250, 250, 500, 1000};

    private final Path target;

    LifeStorm(Path target) {
        this.target = target;
    }

    void run() throws Exception {
        double first = 0;
        double last = 0;
        for (int i = 0; i < SIZES.length; i++) {
            double cost = storm(SIZES[i], i == 0 ? "warming up, " : "");
            first = i == 1 ? cost : first;
            last = cost;
        }
        System.out.printf(Locale.ROOT,
                "cost of a life-cycle event among %d partitions, of that among"
                        + " %d: %.2f%n",
                SIZES[SIZES.length - 1], SIZES[1], last / first);
    }

    /** Microseconds for each start or stop. */
    private double storm(int partitions, String how) throws Exception {
        try (EmbeddedMachine machine = new EmbeddedMachine(target,
                List.of("memory = 160 MiB", "block = 64 KiB", "partitions = 1100",
                        "processors = 1100"),
                Map.of("brattice.settle", "1"))) {
            CountDownLatch booted = new CountDownLatch(partitions);
            ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
            long start = System.nanoTime();
            List<ServiceRegistration<?>> services = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                services.add(machine.boot(Resident.declaration("p" + i, "memory=64 KiB",
                        "ipca=16 KiB"), new Counting(booted)));
            }
            booted.await();
            machine.awaitRunning("p" + (partitions - 1));
            double started = (System.nanoTime() - start) / 1e6;
            services.forEach(ServiceRegistration::unregister);
            while (machine.hypervisor().holdings().getFirst().processors().size() < 1100) {
                Thread.onSpinWait();
                Thread.yield();
            }
            double whole = (System.nanoTime() - start) / 1e6;
            long heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20;
            double each = whole * 1000 / (2 * partitions);
            System.out.printf(Locale.ROOT, "%s%d partitions: started %.0f ms, stopped and departed"
                    + " %.0f ms; each event %.0f us; peak heap %d MiB, peak of the process %s%n",
                    how,
                    partitions, started, whole - started, each, heap, peak());
            return each;
        }
    }

    private static String peak() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.isReadable(status)
                ? Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                        .map(line -> line.substring(6).strip()).findAny().orElse("unknown")
                : "unknown";
    }

    /** Firmware that says that it has booted. */
    private record Counting(CountDownLatch booted) implements Firmware {
        @Override
        public void boot(Boot boot) {
            booted.countDown();
        }

        @Override
        public void message(Message message) {
            // Nobody sends it anything.
        }
    }
}
