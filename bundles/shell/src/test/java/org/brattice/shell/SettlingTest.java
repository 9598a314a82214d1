package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;

class SettlingTest {
    private final FakeHypervisor hypervisor = new FakeHypervisor();
    private final List<Bundle> bundles = new CopyOnWriteArrayList<>();
    private volatile int frameworkState = Bundle.ACTIVE;
    @TempDir
    Path deploy;
    private Settling settling;

    @BeforeEach
    void make() {
        BundleContext context = proxy(BundleContext.class, name -> switch (name) {
            case "getBundle" -> bundle("System Bundle", frameworkState);
            case "getBundles" -> bundles.toArray(Bundle[]::new);
            default -> throw new UnsupportedOperationException(name);
        });
        settling = new Settling(context, hypervisor, deploy);
    }

    @Test
    void shouldBeOverWhereNothingIsToBeWaitedFor() throws Exception {
        assertTrue(seconds(() -> settling.await(Duration.ofSeconds(30))) < 10);
    }

    @Test
    void shouldWaitForTheFramework() throws Exception {
        frameworkState = Bundle.STARTING;
        Thread waiting = waiting();
        assertFalse(waiting.join(Duration.ofMillis(100)));
        frameworkState = Bundle.ACTIVE;
        assertTrue(waiting.join(Duration.ofSeconds(10)));
    }

    @Test
    void shouldWaitForABundleThatIsToRun() throws Exception {
        bundles.add(bundle("file:/lib/late.jar", Bundle.STARTING));
        Thread waiting = waiting();
        assertFalse(waiting.join(Duration.ofMillis(100)));
        bundles.set(0, bundle("file:/lib/late.jar", Bundle.ACTIVE));
        assertTrue(waiting.join(Duration.ofSeconds(10)));
    }

    @Test
    void shouldWaitForAJarToBecomeABundleThatRuns() throws Exception {
        Files.createFile(deploy.resolve("some part.jar"));
        Files.createFile(deploy.resolve("notes.txt"));
        Thread waiting = waiting();
        assertFalse(waiting.join(Duration.ofMillis(100)));
        bundles.add(bundle("file:/data/deploy/some%20part.jar", Bundle.ACTIVE));
        assertTrue(waiting.join(Duration.ofSeconds(10)));
    }

    @Test
    void shouldNotWaitForEverForAJarThatIsNoBundle() throws Exception {
        Files.createFile(deploy.resolve("broken.jar"));
        double seconds = seconds(() -> settling.await(Duration.ofSeconds(30)));
        assertTrue(seconds > 2 && seconds < 10, "seconds=" + seconds);
    }

    @Test
    void shouldWaitForAPartitionThatBoots() throws Exception {
        hypervisor.with(booting());
        Thread waiting = waiting();
        assertFalse(waiting.join(Duration.ofMillis(100)));
        hypervisor.partitions.set(0, FakeHypervisor.running(1, "console"));
        assertTrue(waiting.join(Duration.ofSeconds(10)));
    }

    @Test
    void shouldEndAtTheLimit() throws Exception {
        frameworkState = Bundle.STARTING;
        assertTrue(seconds(() -> settling.await(Duration.ofMillis(50))) < 10);
    }

    private Thread waiting() {
        return Thread.ofVirtual().start(() -> {
            try {
                settling.await(Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static PartitionInfo booting() {
        return new PartitionInfo("console", 1, PartitionState.BOOTING, FakeHypervisor.MOMENT, null,
                "", "", List.of(), null, 1, List.of(), 0, 0, 0, null, List.of());
    }

    private interface Level extends BundleStartLevel, FrameworkStartLevel {
        @Override
        int getStartLevel();
    }

    private static Bundle bundle(String location, int state) {
        return proxy(Bundle.class, name -> switch (name) {
            case "getLocation" -> location;
            case "getState" -> state;
            case "adapt" -> proxy(Level.class, asked -> asked.equals("getStartLevel") ? 7 : true);
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private static <T> T proxy(Class<T> type, java.util.function.Function<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                (self, method, arguments) -> answers.apply(method.getName())));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static double seconds(Step step) throws Exception {
        long begin = System.nanoTime();
        step.run();
        return (System.nanoTime() - begin) / 1e9;
    }
}
