package org.brattice.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;

import org.brattice.api.Firmware;
import org.brattice.api.Hypervisor;
import org.brattice.api.IpcaService;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.hypervisor.Activator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;

/**
 * The real machine in this process: a framework, the hypervisor's bundle on a frame of its own, and one
 * bundle whose firmware services become partitions. Nothing of it is a substitute.
 */
public final class EmbeddedMachine implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path description;
    private final EmbeddedFramework framework;
    private final BundleContext partitions;
    private final Hypervisor hypervisor;
    private final IpcaService ipca;

    /** On a frame with such a description, in a data directory below one that is given. */
    public EmbeddedMachine(Path parent, List<String> frame) throws IOException, BundleException {
        this(parent, frame, Map.of());
    }

    /** The same, with further properties of the framework. */
    public EmbeddedMachine(Path parent, List<String> frame, Map<String, String> properties)
            throws IOException, BundleException {
        description = Files.write(Files.createTempFile(parent, "frame", ".conf"), frame);
        Map<String, String> all = new HashMap<>(properties);
        all.put("brattice.frame", description.toString());
        framework = new EmbeddedFramework(parent, all);
        framework.connect(Firmware.class);
        framework.connect(Activator.class);
        partitions = framework.connect(Connector.PARTITIONS).getBundleContext();
        hypervisor = service(Hypervisor.class);
        ipca = service(IpcaService.class);
    }

    private <S> S service(Class<S> type) {
        return partitions.getService(partitions.getServiceReference(type));
    }

    /** The hypervisor calls of every partition of this machine. */
    public IpcaService ipca() {
        return ipca;
    }

    /** The bundle whose firmware services become partitions: for services of another kind. */
    public BundleContext partitions() {
        return partitions;
    }

    /** The hypervisor's control service. */
    public Hypervisor hypervisor() {
        return hypervisor;
    }

    /** Hands in firmware with properties of its declaration, {@code partition.*}, and returns at once. */
    public ServiceRegistration<?> boot(Map<String, String> declaration, Firmware firmware) {
        return partitions.registerService(Firmware.class, new OneBoot(firmware),
                new Hashtable<>(declaration));
    }

    /** Hands in firmware, and returns at once. */
    public ServiceRegistration<?> boot(String name, Shape shape, Firmware firmware) {
        Dictionary<String, Object> properties = new Hashtable<>(Map.of("partition.name", name,
                "partition.memory", shape.memory() + " B", "partition.ipca", shape.ipca() + " B",
                "partition.dedicated", Boolean.toString(shape.dedicated()), "partition.scan.period",
                Integer.toString(shape.scanPeriodMillis()), "partition.checksums",
                Boolean.toString(shape.checksums())));
        return partitions.registerService(Firmware.class, new OneBoot(firmware), properties);
    }

    /** Waits until a partition runs. */
    public void awaitRunning(String name) throws InterruptedException {
        PartitionState state = hypervisor.await(name, PartitionState.RUNNING, LIMIT)
                .map(PartitionInfo::state).orElse(null);
        if (state != PartitionState.RUNNING) {
            throw new IllegalStateException(String.join("; ", hypervisor.why(name)));
        }
    }

    /** Whether a partition runs. */
    public boolean runs(String name) {
        return hypervisor.partition(name).map(PartitionInfo::state)
                .orElse(null) == PartitionState.RUNNING;
    }

    /** Boots a partition and waits until it runs. */
    public ServiceRegistration<?> run(String name, Shape shape, Firmware firmware)
            throws InterruptedException {
        ServiceRegistration<?> service = boot(name, shape, firmware);
        awaitRunning(name);
        return service;
    }

    @Override
    public void close() {
        framework.close();
        try {
            Files.delete(description);
        } catch (IOException e) {
            throw new IllegalStateException("the description " + description + " was left behind",
                    e);
        }
    }
}
