package org.brattice.itests.launched.hostile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.Hypervisor;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** By way of the framework, and what keeps the hypervisor itself from running. */
final class FrameworkTrials {
    private static final Queue<Thread> HOLDERS = new ConcurrentLinkedQueue<>();
    private final Trials trials;
    private final BundleContext context;

    FrameworkTrials(Trials trials, BundleContext context) {
        this.trials = trials;
        this.context = context;
    }

    void run(IpcaService ipca, Boot boot, Message message) {
        trials.attempt("connection with a module of the launcher",
                () -> context.installBundle("connect:org.brattice.runtime"));
        trials.attempt("connection with a module of the JDK",
                () -> context.installBundle("connect:java.logging"));
        trials.attempt("refusal lifted by a hook", this::liftRefusal);
        trials.attempt("weaving of the hypervisor", this::weave);
        trials.attempt("IpcaService of mine for others", this::impostor);
        hold(ipca, boot, message);
        interrupt();
        lie();
        Logger.getLogger("").addHandler(new Hanging());
    }

    private Object liftRefusal() throws Exception {
        Manifest manifest = new Manifest();
        var headers = manifest.getMainAttributes();
        headers.putValue("Manifest-Version", "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "too-large");
        headers.putValue("Provide-Capability",
                "org.brattice.partition;name=too-large;memory=\"9000 GiB\"");
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        Bundle refused = context.installBundle("too-large", input(bytes));
        var registration = context.registerService(ResolverHookFactory.class,
                triggers -> new Lifting(refused.adapt(BundleRevision.class)), highest());
        try {
            refused.start();
            return refused.getState();
        } finally {
            registration.unregister();
            refused.uninstall();
        }
    }

    private static InputStream input(ByteArrayOutputStream bytes) {
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static Dictionary<String, Object> highest() {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Constants.SERVICE_RANKING, Integer.MAX_VALUE);
        return properties;
    }

    /** Puts back what others take away. */
    private static final class Lifting implements ResolverHook {
        private final BundleRevision revision;

        private Lifting(BundleRevision revision) {
            this.revision = revision;
        }

        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            candidates.add(revision);
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton,
                Collection<BundleCapability> candidates) {}

        @Override
        public void filterMatches(BundleRequirement requirement,
                Collection<BundleCapability> candidates) {}

        @Override
        public void end() {}
    }

    private Object weave() throws Exception {
        AtomicInteger woven = new AtomicInteger();
        var registration = context.registerService(WeavingHook.class, wovenClass -> {
            if (wovenClass.getClassName().startsWith("org.brattice.hypervisor")
                    || wovenClass.getClassName().startsWith("org.brattice.api")) {
                woven.incrementAndGet();
            }
        }, null);
        try {
            ServiceReference<Hypervisor> reference = context
                    .getServiceReference(Hypervisor.class);
            reference.getBundle().loadClass("org.brattice.hypervisor.vsr.Remap");
            reference.getBundle().loadClass("org.brattice.hypervisor.partition.Quarantine");
        } finally {
            registration.unregister();
        }
        if (woven.get() == 0) {
            throw new Trials.Nothing("no hook sees its classes");
        }
        return woven;
    }

    private Object impostor() throws Exception {
        IpcaService mine = (IpcaService) Proxy.newProxyInstance(IpcaService.class.getClassLoader(),
                new Class<?>[]{IpcaService.class}, (proxy, method, arguments) -> 0L);
        var registration = context.registerService(IpcaService.class, mine, highest());
        try {
            for (Bundle bundle : context.getBundles()) {
                BundleContext other = bundle.getBundleContext();
                if (other != null && other
                        .getServiceReference(IpcaService.class) == registration.getReference()) {
                    return bundle.getSymbolicName() + " would get it";
                }
            }
            throw new Trials.Nothing("nobody would get it");
        } finally {
            registration.unregister();
        }
    }

    /** The monitors of all that the hypervisor hands out: it must use none of them. */
    private void hold(IpcaService ipca, Boot boot, Message message) {
        List<Object> handed = new ArrayList<>(List.of(ipca, boot, message));
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getSymbolicName().equals("org.brattice.hypervisor")) {
                for (ServiceReference<?> reference : bundle.getRegisteredServices()) {
                    handed.add(context.getService(reference));
                    handed.add(bundle.getBundleContext().getService(reference));
                    handed.add(context.getBundle(0).getBundleContext().getService(reference));
                }
            }
        }
        for (Object one : handed) {
            if (one != null) {
                Thread.ofPlatform().daemon().name("holder of " + one).start(() -> holdForEver(one));
            }
            if (one instanceof ResolverHookFactory factory) {
                Thread.ofPlatform().daemon().name("resolver").start(() -> resolveForEver(factory));
            }
        }
    }

    /** Until it is interrupted, when this bundle itself has need of what it holds. */
    private static void holdForEver(Object monitor) {
        HOLDERS.add(Thread.currentThread());
        synchronized (monitor) {
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
            }
        }
    }

    static void letGo() {
        HOLDERS.forEach(Thread::interrupt);
    }

    /** A revision that never answers. */
    private static void resolveForEver(ResolverHookFactory factory) {
        ResolverHook hook = factory.begin(new ArrayList<>());
        Thread.ofPlatform().daemon().start(() -> holdForEver(hook));
        BundleRevision silent = silent(BundleRevision.class);
        hook.filterResolvable(new ArrayList<>(List.of(silent)));
    }

    private static <T> T silent(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(FrameworkTrials.class.getClassLoader(),
                new Class<?>[]{type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getDeclaredCapabilities")) {
                        return List.of(silent(BundleCapability.class));
                    }
                    if (method.getName().equals("getBundle")) {
                        return silent(Bundle.class);
                    }
                    if (method.getName().equals("getBundleId")) {
                        return 4711L;
                    }
                    while (true) {
                        LockSupport.park();
                    }
                }));
    }

    /** All threads of the hypervisor that it can find. */
    private static void interrupt() {
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("brattice-"))
                .filter(thread -> thread != Thread.currentThread()).forEach(Thread::interrupt);
    }

    /** A service property whose value never answers, and one that throws. */
    private void lie() {
        for (Object name : new Object[]{new Silent(), new Throwing()}) {
            Dictionary<String, Object> properties = new Hashtable<>();
            properties.put("partition.name", name);
            Thread.ofPlatform().daemon().start(() -> context.registerService(Firmware.class,
                    silent(Firmware.class), properties));
        }
    }

    /** Never writes what the hypervisor logs. */
    static final class Hanging extends Handler {
        @Override
        public void publish(LogRecord entry) {
            while ("org.brattice.hypervisor".equals(entry.getLoggerName())) {
                LockSupport.park();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** Never says what it is. */
    static final class Silent {
        @Override
        public String toString() {
            while (true) {
                LockSupport.park();
            }
        }
    }

    /** Fails to say what it is. */
    static final class Throwing {
        @Override
        public String toString() {
            throw new IllegalStateException("thrown by a service property");
        }
    }
}
