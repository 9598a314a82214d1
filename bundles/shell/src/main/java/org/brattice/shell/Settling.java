package org.brattice.shell;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.brattice.api.Hypervisor;
import org.brattice.api.PartitionState;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/**
 * When a start is over: the framework is up, and what lies in the deploy folder has been taken and runs
 * or has been refused. A jar that never becomes a bundle is not waited for longer than a quiet time.
 */
final class Settling {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration QUIET = Duration.ofMillis(2500);

    private final BundleContext context;
    private final Hypervisor hypervisor;
    private final Path deploy;

    /** @param deploy the deploy folder, or null where there is none */
    Settling(BundleContext context, Hypervisor hypervisor, Path deploy) {
        this.context = context;
        this.hypervisor = hypervisor;
        this.deploy = deploy;
    }

    /** Waits for the end of the start, at most so long. */
    void await(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        long changed = System.nanoTime();
        List<String> seen = List.of();
        boolean over = false;
        // Over is what is over twice, so that a start level is not taken for the last while it rises.
        while (!over && System.nanoTime() < deadline
                && (!up() || System.nanoTime() - changed < QUIET.toNanos())) {
            Thread.sleep(POLL);
            List<String> now = picture();
            boolean same = now.equals(seen);
            over = same && up() && started() && deployed() && decided();
            changed = same ? changed : System.nanoTime();
            seen = now;
        }
    }

    private boolean up() {
        return context.getBundle(0).getState() == Bundle.ACTIVE;
    }

    /** Whether every bundle that is to run does. */
    private boolean started() {
        return Arrays.stream(context.getBundles())
                .allMatch(bundle -> bundle.getState() == Bundle.ACTIVE
                        || !bundle.adapt(BundleStartLevel.class).isPersistentlyStarted());
    }

    /** Whether each jar of the deploy folder is a bundle that runs. */
    private boolean deployed() {
        return jars().stream().allMatch(jar -> Arrays.stream(context.getBundles())
                .anyMatch(bundle -> bundle.getState() == Bundle.ACTIVE
                        && bundle.getLocation().endsWith("/" + jar)));
    }

    /** Whether no partition is on its way to another state. */
    private boolean decided() {
        return hypervisor.partitions().stream()
                .noneMatch(partition -> partition.state() == PartitionState.DECLARED
                        || partition.state() == PartitionState.BOOTING
                        || partition.state() == PartitionState.STOPPING);
    }

    private List<String> picture() {
        List<String> picture = new ArrayList<>(jars());
        picture.add(
                "level " + context.getBundle(0).adapt(FrameworkStartLevel.class).getStartLevel());
        Arrays.stream(context.getBundles())
                .forEach(bundle -> picture.add(bundle.getLocation() + bundle.getState()));
        hypervisor.partitions()
                .forEach(partition -> picture.add(partition.name() + partition.state()));
        return picture;
    }

    private List<String> jars() {
        List<String> jars = new ArrayList<>();
        if (deploy != null && Files.isDirectory(deploy)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(deploy, "*.jar")) {
                files.forEach(file -> jars.add(name(file.toUri().getRawPath())));
            } catch (IOException e) {
                // A folder that cannot be listed holds nothing to wait for.
                return List.of();
            }
        }
        return jars;
    }

    /** As it stands at the end of a bundle's location. */
    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
