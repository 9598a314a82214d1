package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.jar.JarFile;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * Keeps the jars of partition bundles that ran well, and rolls bundles back to them, so that neither the deploy folder nor
 * a restart of the process brings a jar back that was rolled back. Works on a thread of its own, because it reads
 * whole jars; bundles are stopped and started on others.
 */
final class GoodJars implements Recoverer.Jars {
    private static final int CLOSING_SECONDS = 2;
    private static final String UPDATED = "it was updated meanwhile, and is not rolled back";
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final BundleContext context;
    private final JarStore store;
    private final ExecutorService working = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("brattice-jars").factory());
    /** Ids of bundles that are being rolled back. */
    private final Set<Long> rolling = ConcurrentHashMap.newKeySet();
    /** Names of which what ran well cannot be had, for as long as this process runs. */
    private final Set<String> unusable = ConcurrentHashMap.newKeySet();
    /** What bundles hold, by id: computed when they change or their firmware comes. */
    private final Map<Long, Held> held = new ConcurrentHashMap<>();

    /** The content of a bundle as it was last modified then. */
    private record Held(long modified, String digest) {}

    GoodJars(BundleContext context, Path directory) {
        this.context = context;
        this.store = new JarStore(directory);
        try {
            store.read();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "jars that ran well in " + directory
                    + " cannot be read: none can be rolled back to", e);
        }
    }

    void close() {
        // What is being written is written.
        working.shutdown();
        try {
            working.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        if (name == null || !store.suspects(name)) {
            return null;
        }
        try {
            return store.condemned(name, digest(bundle))
                    ? "this jar was rolled back to " + store.good(name).description()
                            + ": deploy another one; or remove " + store.condemned(name)
                            + ", and deploy it again"
                    : null;
        } catch (IOException | UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "bundle {0} cannot be read: {1}",
                    Declarations.text(bundle), e.getMessage());
            return null;
        }
    }

    /** A bundle is there, or was updated: what was rolled back is replaced by what ran well. Any thread. */
    void changed(Bundle bundle) {
        if (bundle.getSymbolicName() != null && store.suspects(bundle.getSymbolicName())) {
            work(() -> {
                long modified = bundle.getLastModified();
                if (!rolling.contains(bundle.getBundleId()) && refusal(bundle) != null) {
                    LOGGER.log(System.Logger.Level.WARNING, "bundle {0} is what was rolled back: it"
                            + " is updated to {1}", Declarations.text(bundle),
                            store.good(bundle.getSymbolicName()).description());
                    update(bundle, modified, () -> true, () -> {}, (carriedOut, outcome) -> {
                        if (!carriedOut) {
                            LOGGER.log(System.Logger.Level.WARNING, "{0}", outcome);
                        }
                    });
                }
            });
        }
    }

    /** Firmware of a bundle has come: from now on it is known whether it is what ran well. */
    void firmware(Bundle bundle) {
        String name = bundle.getSymbolicName();
        if (name != null && store.good(name) != null) {
            try {
                digest(bundle);
            } catch (IOException | UncheckedIOException e) {
                LOGGER.log(System.Logger.Level.WARNING, "bundle {0} cannot be read: {1}",
                        Declarations.text(bundle), e.getMessage());
            }
        }
    }

    @Override
    public String good(long bundleId) {
        Bundle bundle = context.getBundle(bundleId);
        String name = bundle == null ? null : bundle.getSymbolicName();
        JarStore.Good kept = name == null || unusable.contains(name) ? null : store.good(name);
        Held now = held.get(bundleId);
        boolean other = kept != null && now != null && now.modified() == bundle.getLastModified()
                && !now.digest().equals(kept.digest());
        return other ? kept.description() : "";
    }

    @Override
    public String condemned(long bundleId) {
        Bundle bundle = context.getBundle(bundleId);
        return bundle == null ? "" : store.condemned(bundle.getSymbolicName()).toString();
    }

    @Override
    public void ranWell(Bundle bundle, long modified) {
        if (bundle.getSymbolicName() != null) {
            work(() -> {
                try {
                    keep(bundle, modified);
                } catch (IOException | UncheckedIOException | IllegalStateException e) {
                    LOGGER.log(System.Logger.Level.WARNING, "bundle {0} runs well, and its jar"
                            + " cannot be kept to roll back to: {1}", Declarations.text(bundle),
                            e.getMessage());
                }
            });
        }
    }

    private void keep(Bundle bundle, long modified) throws IOException {
        String name = bundle.getSymbolicName();
        if (!still(bundle, modified)) {
            return;
        }
        String digest = digest(bundle);
        JarStore.Good before = store.good(name);
        if (before != null && before.digest().equals(digest)) {
            return;
        }
        try (OutputStream out = Files.newOutputStream(store.next(name))) {
            new BundleContent(bundle).jar(out);
        }
        if (still(bundle, modified)) {
            store.keep(name, new JarStore.Good(digest, name + "/" + bundle.getVersion()));
            unusable.remove(name);
        }
    }

    /** Whether a bundle is what it was: an update stops it, and when it is active again it is another. */
    private static boolean still(Bundle bundle, long modified) {
        return bundle.getState() == Bundle.ACTIVE && bundle.getLastModified() == modified;
    }

    @Override
    public void rollBack(long bundleId, long modified, BooleanSupplier wanted,
            Recoverer.Done done) {
        work(() -> {
            Bundle bundle = context.getBundle(bundleId);
            String name = bundle == null ? null : bundle.getSymbolicName();
            if (name == null || store.good(name) == null) {
                done.done(false, "no jar of it has run well");
                return;
            }
            if (rolling.contains(bundleId)) {
                done.done(false, "it is being rolled back already");
                return;
            }
            long now = bundle.getLastModified();
            if (modified != ANY && modified != now) {
                done.done(false, UPDATED);
                return;
            }
            try {
                String digest = digest(bundle);
                if (digest.equals(store.good(name).digest())) {
                    done.done(false, "its jar is the one that last ran well");
                    return;
                }
                new JarFile(store.jar(name).toFile(), false).close();
                // Before the update: the process may be killed, and the deploy folder bring it back.
                store.condemn(name, digest);
                update(bundle, now, wanted, () -> forgive(name, digest), done);
            } catch (IOException | RuntimeException e) {
                unusable.add(name);
                done.done(false, "it cannot be rolled back to " + store.jar(name) + ": "
                        + Thrown.text(e));
            }
        });
    }

    /** It was not rolled back after all. */
    private void forgive(String name, String digest) {
        work(() -> {
            try {
                store.forgive(name, digest);
            } catch (IOException e) {
                LOGGER.log(System.Logger.Level.WARNING, "{0} cannot be written: {1}",
                        store.condemned(name), e.getMessage());
            }
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

    /**
     * Updates a bundle to what ran well, and starts it, unless it was stopped.
     *
     * @param modified when what is replaced was last modified: what has come since stays
     * @param wanted whether it is to be done still
     * @param failed what is done before it goes on as it is
     */
    private void update(Bundle bundle, long modified, BooleanSupplier wanted, Runnable failed,
            Recoverer.Done done) {
        rolling.add(bundle.getBundleId());
        Recoverer.Done over = (carriedOut, outcome) -> {
            rolling.remove(bundle.getBundleId());
            done.done(carriedOut, outcome);
            if (bundle.getLastModified() != modified) {
                // What came while it was rolled back was passed over.
                changed(bundle);
            }
        };
        aside(() -> replace(bundle, modified, wanted, failed, over), over);
    }

    private void replace(Bundle bundle, long modified, BooleanSupplier wanted, Runnable failed,
            Recoverer.Done done) {
        String name = bundle.getSymbolicName();
        String description = store.good(name).description();
        boolean starts = bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING
                || bundle.adapt(BundleStartLevel.class).isPersistentlyStarted();
        String refusal;
        try (InputStream in = Files.newInputStream(store.jar(name))) {
            stop(bundle);
            if (bundle.getLastModified() != modified || !wanted.getAsBoolean()) {
                refusal = UPDATED;
            } else {
                bundle.update(in);
                refusal = null;
            }
        } catch (BundleException | IOException | RuntimeException e) {
            unusable.add(name);
            refusal = "bundle " + Declarations.text(bundle) + " could not be updated to "
                    + description + ": " + e.getMessage();
        }
        if (refusal != null) {
            failed.run();
            // First: when it runs again, that is not what it was to be.
            done.done(false, refusal);
            if (starts) {
                start(bundle, "", (started, outcome) -> {
                    if (!started) {
                        LOGGER.log(System.Logger.Level.WARNING, "{0}", outcome);
                    }
                });
            }
            return;
        }
        Refreshing.begin(context, bundle, started -> aside(() -> {
            if (started) {
                done.done(true, description);
            } else if (starts) {
                start(bundle, description, done);
            } else {
                done.done(false, "its bundle was rolled back to " + description
                        + ", and stays stopped: start it");
            }
        }, done));
    }

    /** Its activator may throw, and it is stopped then as well. */
    private static void stop(Bundle bundle) throws BundleException {
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException e) {
            if (bundle.getState() != Bundle.RESOLVED && bundle.getState() != Bundle.INSTALLED) {
                throw e;
            }
            LOGGER.log(System.Logger.Level.DEBUG, "stop of bundle " + Declarations.text(bundle), e);
        }
    }

    private static void start(Bundle bundle, String outcome, Recoverer.Done done) {
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            done.done(true, outcome);
        } catch (BundleException | IllegalStateException e) {
            done.done(false, "bundle " + Declarations.text(bundle) + " does not start: "
                    + e.getMessage());
        }
    }
}
