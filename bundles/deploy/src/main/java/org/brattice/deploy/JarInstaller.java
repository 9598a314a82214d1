package org.brattice.deploy;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Makes bundles of the jars in the deploy folder, as File Install finds them. A jar that is damaged
 * harms nothing: File Install alone takes a running bundle away when its jar is no longer whole, and says
 * nothing. Called on File Install's thread.
 */
@Component(service = ArtifactInstaller.class, property = "service.ranking:Integer=100")
public final class JarInstaller implements ArtifactInstaller, BundleListener {
    private static final System.Logger LOGGER = System.getLogger("org.brattice.deploy");
    private static final String START_LEVEL = "felix.fileinstall.start.level";
    private static final String SETTLE = "brattice.settle";
    private static final String PARTITION = "org.brattice.partition";
    private static final long REFRESH_SECONDS = 10;
    private static final Duration LOOK = Duration.ofMillis(50);

    private final BundleContext context;
    private final Companions companions;
    private final Duration settle;
    private final Instant started = Instant.now();
    /** Symbolic names of what has been started: a jar of another name may hold the same firmware. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    /** Bundles that are not started yet, as what belongs to them may still come. */
    private final Set<Bundle> held = ConcurrentHashMap.newKeySet();
    /** Bundles that could not be started, and what was said of that. */
    private final Map<Bundle, String> waiting = new ConcurrentHashMap<>();

    @Activate
    public JarInstaller(BundleContext context, @Reference ConfigurationAdmin admin) {
        this.context = context;
        companions = new Companions(admin);
        settle = Duration.ofMillis(Long.parseLong(
                Objects.requireNonNullElse(context.getProperty(SETTLE), "2000").strip()));
        context.addBundleListener(this);
    }

    @Deactivate
    void close() {
        held.clear();
        context.removeBundleListener(this);
    }

    @Override
    public boolean canHandle(File file) {
        // Others would wait for ever for what a pipe holds.
        return file.getName().endsWith(".jar") || !file.isFile();
    }

    @Override
    public void install(File file) throws BundleException, IOException {
        check(file, "");
        try (var bytes = new BufferedInputStream(Files.newInputStream(file.toPath()))) {
            Bundle bundle = context.installBundle(location(file), bytes);
            String level = context.getProperty(START_LEVEL);
            if (level != null) {
                bundle.adapt(BundleStartLevel.class).setStartLevel(Integer.parseInt(level.strip()));
            }
            startWithCompanions(file, bundle);
        } catch (BundleException e) {
            throw e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR
                    ? new BundleException("jar=" + file.getName() + " holds a bundle of a name and"
                            + " version that is installed already: remove one of the two", e)
                    : e;
        }
    }

    @Override
    public void update(File file) throws BundleException, IOException {
        Bundle bundle = context.getBundle(location(file));
        if (bundle == null) {
            install(file);
            return;
        }
        check(file, "; the bundle that it held before stays as it is");
        bundle.stop(Bundle.STOP_TRANSIENT);
        try (var bytes = new BufferedInputStream(Files.newInputStream(file.toPath()))) {
            bundle.update(bytes);
        } finally {
            refresh(bundle);
            if (!held.contains(bundle)) {
                start(bundle);
            }
        }
    }

    @Override
    public void uninstall(File file) throws BundleException {
        Bundle bundle = context.getBundle(location(file));
        if (bundle != null) {
            waiting.remove(bundle);
            held.remove(bundle);
            bundle.uninstall();
            refresh(bundle);
        }
    }

    /** Starts it when the configurations that come with it have been applied; that happens on this very thread. */
    private void startWithCompanions(File file, Bundle bundle) throws IOException {
        Hold hold = hold(file, bundle);
        if (!hold.on(Instant.now())) {
            start(bundle);
            return;
        }
        held.add(bundle);
        Thread.ofVirtual().name("brattice-deploy").start(() -> await(file, bundle, hold));
    }

    private Hold hold(File file, Bundle bundle) throws IOException {
        String provided = bundle.getHeaders("").get(Constants.PROVIDE_CAPABILITY);
        boolean fresh = provided != null && provided.contains(PARTITION)
                && !known.contains(bundle.getSymbolicName());
        return new Hold(file, Pids.of(bundle), companions,
                fresh ? Hold.until(file, started, settle, Instant.now()) : null);
    }

    private void await(File file, Bundle bundle, Hold hold) {
        Instant end = hold.end(Instant.now());
        try {
            while (held.contains(bundle) && hold.on(Instant.now())) {
                if (Instant.now().isAfter(end)) {
                    LOGGER.log(System.Logger.Level.WARNING, "jar={0} starts without {1}, which was"
                            + " not applied: mend that file", file.getName(), hold.pending());
                    break;
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (held.remove(bundle)) {
            start(bundle);
        }
    }

    private static void check(File file, String otherwise) throws BundleException {
        var flaw = Flaw.of(file);
        if (flaw.isPresent()) {
            throw new BundleException("jar=" + file.getName() + " " + flaw.get() + otherwise);
        }
    }

    private static String location(File file) {
        return file.toURI().toString();
    }

    /** Lets go of the classes of before; done while the bundle is stopped, it restarts nothing else. */
    private void refresh(Bundle bundle) {
        var over = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle),
                event -> over.countDown());
        try {
            if (!over.await(REFRESH_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.log(System.Logger.Level.WARNING, "bundle={0} is still being refreshed",
                        bundle.getSymbolicName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A bundle that lacks something is started when that has come. */
    private synchronized void start(Bundle bundle) {
        known.add(bundle.getSymbolicName());
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
            waiting.remove(bundle);
        } catch (BundleException | IllegalStateException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            if (!reason.equals(waiting.put(bundle, reason))) {
                LOGGER.log(System.Logger.Level.WARNING, "bundle={0} id={1} does not start: {2}",
                        bundle.getSymbolicName(), bundle.getBundleId(), reason);
            }
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        boolean news = (event.getType()
                & (BundleEvent.INSTALLED | BundleEvent.UPDATED | BundleEvent.UNINSTALLED)) != 0;
        if (news && !waiting.isEmpty()) {
            Thread.ofVirtual().name("brattice-deploy")
                    .start(() -> waiting.keySet().forEach(bundle -> {
                        if (bundle.getState() == Bundle.UNINSTALLED) {
                            waiting.remove(bundle);
                        } else {
                            start(bundle);
                        }
                    }));
        }
    }
}
