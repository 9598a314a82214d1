package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The jars of partition bundles that last ran well, and what was rolled back: kept in files, by the bundles' symbolic
 * names, so that neither the deploy folder nor a restart of the process brings a jar back that was rolled back.
 * Works on a thread of its own, because it stops and updates bundles.
 */
final class GoodJars implements Recoverer.Jars {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final BundleContext context;
    private final Path directory;
    private final ExecutorService working = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("brattice-jars").factory());
    /** By symbolic name. */
    private final Map<String, Good> good = new ConcurrentHashMap<>();
    /** Digests of what was rolled back, by symbolic name. */
    private final Map<String, Set<String>> bad = new ConcurrentHashMap<>();
    /** What bundles hold, by id: computed when they change or boot. */
    private final Map<Long, Held> held = new ConcurrentHashMap<>();

    /** A jar that ran well. */
    private record Good(String digest, String description) {}

    /** The content of a bundle as it was last modified then. */
    private record Held(long modified, String digest) {}

    GoodJars(BundleContext context, Path directory) {
        this.context = context;
        this.directory = directory;
        try {
            read();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "jars that ran well in " + directory
                    + " cannot be read: none can be rolled back to", e);
        }
    }

    private void read() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                List<String> lines = name.endsWith(".jar") ? List.of() : Files.readAllLines(file);
                if (name.endsWith(".good") && lines.size() == 2) {
                    good.put(stem(name), new Good(lines.get(0), lines.get(1)));
                } else if (name.endsWith(".bad")) {
                    Set<String> digests = ConcurrentHashMap.newKeySet();
                    digests.addAll(lines);
                    bad.put(stem(name), digests);
                }
            }
        }
    }

    private static String stem(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private Path file(String name, String suffix) {
        return directory.resolve(name + suffix);
    }

    void close() {
        working.shutdownNow();
    }

    /** Any thread. */
    private void work(Runnable work) {
        try {
            working.execute(work);
        } catch (RejectedExecutionException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "the hypervisor has stopped", e);
        }
    }

    private String digest(Bundle bundle) throws IOException {
        long modified = bundle.getLastModified();
        Held known = held.get(bundle.getBundleId());
        if (known == null || known.modified() != modified) {
            known = new Held(modified, new BundleContent(bundle).digest());
            held.put(bundle.getBundleId(), known);
        }
        return known.digest();
    }

    /**
     * Why a bundle's content is not to run: it was rolled back. Then it is rolled back again. Of the framework's
     * event that it is there.
     */
    String refusal(Bundle bundle) {
        String name = bundle.getSymbolicName();
        if (name == null || !bad.containsKey(name) || !good.containsKey(name)) {
            return null;
        }
        try {
            return bad.get(name).contains(digest(bundle))
                    ? "this jar was rolled back to " + good.get(name).description()
                            + ": deploy another one; or remove " + file(name, ".bad")
                            + ", and start the machine again"
                    : null;
        } catch (IOException | UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "bundle {0} cannot be read: {1}",
                    Declarations.text(bundle), e.getMessage());
            return null;
        }
    }

    /** A bundle is there, or was updated: what was rolled back is replaced by what ran well. Any thread. */
    void changed(Bundle bundle) {
        if (bundle.getSymbolicName() != null && bad.containsKey(bundle.getSymbolicName())) {
            work(() -> {
                if (refusal(bundle) != null) {
                    LOGGER.log(System.Logger.Level.WARNING, "bundle {0} is what was rolled back: it"
                            + " is updated to {1}", Declarations.text(bundle),
                            good.get(bundle.getSymbolicName()).description());
                    Recoverer.Done done = (carriedOut, outcome) -> {
                        if (!carriedOut) {
                            LOGGER.log(System.Logger.Level.WARNING, "{0}", outcome);
                        }
                    };
                    aside(() -> update(bundle, done), done);
                }
            });
        }
    }

    @Override
    public String good(long bundleId) {
        Bundle bundle = context.getBundle(bundleId);
        Good kept = bundle == null || bundle.getSymbolicName() == null
                ? null
                : good.get(bundle.getSymbolicName());
        Held now = held.get(bundleId);
        boolean same = kept != null && now != null && now.modified() == bundle.getLastModified()
                && now.digest().equals(kept.digest());
        return kept == null || same ? "" : kept.description();
    }

    @Override
    public void ranWell(long bundleId) {
        work(() -> {
            Bundle bundle = context.getBundle(bundleId);
            if (bundle != null && bundle.getSymbolicName() != null) {
                try {
                    keep(bundle);
                } catch (IOException | UncheckedIOException | IllegalStateException e) {
                    LOGGER.log(System.Logger.Level.WARNING, "bundle {0} runs well, and its jar"
                            + " cannot be kept to roll back to: {1}", Declarations.text(bundle),
                            e.getMessage());
                }
            }
        });
    }

    private void keep(Bundle bundle) throws IOException {
        String name = bundle.getSymbolicName();
        String digest = digest(bundle);
        Good before = good.get(name);
        if (before != null && before.digest().equals(digest)) {
            return;
        }
        Files.createDirectories(directory);
        Path jar = file(name, ".jar");
        Path next = file(name, ".next");
        try (OutputStream out = Files.newOutputStream(next)) {
            new BundleContent(bundle).jar(out);
        }
        // Without its description the jar is not rolled back to: killed in between, there is none.
        Files.deleteIfExists(file(name, ".good"));
        Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        String description = name + "/" + bundle.getVersion();
        write(file(name, ".good"), List.of(digest, description));
        good.put(name, new Good(digest, description));
        Set<String> rolledBack = bad.get(name);
        if (rolledBack != null && rolledBack.remove(digest)) {
            write(file(name, ".bad"), rolledBack);
        }
    }

    /** All of it, or nothing: the process may be killed. */
    private void write(Path file, Iterable<String> lines) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, lines);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void rollBack(long bundleId, Recoverer.Done done) {
        work(() -> {
            Bundle bundle = context.getBundle(bundleId);
            String name = bundle == null ? null : bundle.getSymbolicName();
            if (name == null || !good.containsKey(name)) {
                done.done(false, "no jar of it has run well");
                return;
            }
            try {
                String digest = digest(bundle);
                if (digest.equals(good.get(name).digest())) {
                    done.done(false, "its jar is the one that last ran well");
                    return;
                }
                if (!Files.isReadable(file(name, ".jar"))) {
                    done.done(false, file(name, ".jar") + " cannot be read");
                    return;
                }
                Set<String> rolledBack = bad.computeIfAbsent(name,
                        any -> ConcurrentHashMap.newKeySet());
                rolledBack.add(digest);
                write(file(name, ".bad"), rolledBack);
            } catch (IOException | RuntimeException e) {
                done.done(false, Thrown.text(e));
                return;
            }
            aside(() -> update(bundle, done), done);
        });
    }

    /** On a thread of its own: a bundle is stopped and started by its own code. */
    private static void aside(Runnable work, Recoverer.Done done) {
        Thread.ofPlatform().daemon().name("brattice-rollback").start(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                done.done(false, "it could not be rolled back: " + Thrown.text(e));
            }
        });
    }

    /** Updates a bundle to what ran well, and starts it. */
    private void update(Bundle bundle, Recoverer.Done done) {
        String description = good.get(bundle.getSymbolicName()).description();
        try (InputStream in = Files.newInputStream(file(bundle.getSymbolicName(), ".jar"))) {
            bundle.stop(Bundle.STOP_TRANSIENT);
            bundle.update(in);
            context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle),
                    event -> aside(() -> start(bundle, description, done), done));
        } catch (BundleException | IOException | IllegalStateException e) {
            done.done(false, "bundle " + Declarations.text(bundle) + " could not be updated to "
                    + description + ": " + e.getMessage());
        }
    }

    private void start(Bundle bundle, String description, Recoverer.Done done) {
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            done.done(true, description);
        } catch (BundleException | IllegalStateException e) {
            done.done(false, "bundle " + Declarations.text(bundle) + " does not start: "
                    + e.getMessage());
        }
    }
}
