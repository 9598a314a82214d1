package org.brattice.hypervisor.partition;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import org.brattice.api.Firmware;
import org.brattice.api.OperatingSystem;
import org.brattice.hypervisor.memory.Size;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/** A bundle of the test, of no framework, with one partition: what it declares, and firmware when it is started. */
final class TestPartition {
    private static final OperatingSystem SYSTEM = new OperatingSystem() {};
    private static final int FAILING = 8;

    final String name;
    final Bundle bundle;
    private final SplittableRandom random;
    private final Conduct conduct;
    volatile Map<String, Object> attributes;
    /** What it has published, or null. */
    volatile Source source;

    TestPartition(String name, long id, Map<String, Object> attributes, SplittableRandom random,
            Conduct conduct) {
        this.name = name;
        this.attributes = attributes;
        this.random = random;
        this.conduct = conduct;
        BundleCapability capability = proxy(BundleCapability.class,
                Map.of("getAttributes", () -> this.attributes));
        BundleRevision revision = proxy(BundleRevision.class,
                Map.of("getDeclaredCapabilities", () -> List.of(capability)));
        this.bundle = proxy(Bundle.class,
                Map.of("getState", () -> Bundle.ACTIVE, "getBundleId", () -> id, "getSymbolicName",
                        () -> name,
                        "getVersion", () -> Version.emptyVersion, "adapt", () -> revision));
    }

    /** Memory that it declares, which is settled. */
    int blocks() {
        return (int) (Size.parse("memory", attributes.get("memory").toString()) / Rig.BLOCK);
    }

    /** An answer to a method of an interface. */
    private interface Answer {
        Object get();
    }

    private static <T> T proxy(Class<T> type, Map<String, Answer> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> answers.get(method.getName()).get();
                }));
    }

    /** Publishes firmware anew. */
    Source publish() {
        source = new Source();
        return source;
    }

    /** One service of it. */
    final class Source implements FirmwareSource {
        @Override
        public Firmware firmware() {
            return new RandomFirmware(conduct, random.split(), random.nextInt(FAILING) == 0);
        }

        @Override
        public OperatingSystem operatingSystem() {
            return SYSTEM;
        }

        @Override
        public void release(Firmware firmware, OperatingSystem operatingSystem) {
            // Nothing is kept.
        }

        @Override
        public Bundle bundle() {
            return bundle;
        }

        @Override
        public long modified() {
            return 0;
        }

        @Override
        public Map<String, ?> properties() {
            return Map.of(Constants.SERVICE_SCOPE, Constants.SCOPE_PROTOTYPE);
        }

        @Override
        public String description() {
            return Declarations.text(bundle);
        }
    }
}
