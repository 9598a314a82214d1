package org.brattice.itests.launched;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A bundle made by hand of classes of these tests. */
final class BundleJar {
    private static final String IMPORTS = "org.brattice.api,org.osgi.framework,"
            + "org.osgi.framework.hooks.resolver,org.osgi.framework.hooks.weaving,"
            + "org.osgi.framework.wiring,org.osgi.framework.startlevel";
    private final Manifest manifest = new Manifest();
    private final Collection<Class<?>> classes = new LinkedHashSet<>();

    private BundleJar(String symbolicName) {
        header(Attributes.Name.MANIFEST_VERSION.toString(), "1.0");
        header("Bundle-ManifestVersion", "2");
        header("Bundle-SymbolicName", symbolicName);
        header("Bundle-Version", "1.0.0");
        header("Import-Package", IMPORTS);
    }

    static BundleJar named(String symbolicName) {
        return new BundleJar(symbolicName);
    }

    BundleJar header(String name, String value) {
        manifest.getMainAttributes().putValue(name, value);
        return this;
    }

    BundleJar version(String version) {
        return header("Bundle-Version", version);
    }

    /** The first class is the activator; all with the classes nested in them. */
    BundleJar activator(Class<?> activator, Class<?>... others) {
        classes.add(activator);
        classes.addAll(List.of(others));
        return header("Bundle-Activator", activator.getName());
    }

    /** All classes of a package. */
    BundleJar packageOf(Class<?> one) {
        try (var files = Files.list(Path.of(one.getResource(".").toURI()))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                classes.add(Class.forName(one.getPackageName() + "." + name, false,
                        one.getClassLoader()));
            }
            return this;
        } catch (IOException | URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param attributes as in a manifest, such as {@code name=a;memory="16 MiB"} */
    BundleJar partition(String attributes) {
        return header("Provide-Capability", "org.brattice.partition;" + attributes);
    }

    Path in(Path directory) {
        try {
            Path jar = Files.createTempFile(directory, "bundle-", ".made");
            try (OutputStream file = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(file, manifest)) {
                for (Class<?> one : withNested()) {
                    add(out, one);
                }
            }
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Collection<Class<?>> withNested() {
        Collection<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> one : classes) {
            all.add(one);
            all.addAll(List.of(one.getDeclaredClasses()));
        }
        return all;
    }

    private static void add(JarOutputStream out, Class<?> one) throws IOException {
        String name = one.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(name));
        try (InputStream bytes = one.getClassLoader().getResourceAsStream(name)) {
            bytes.transferTo(out);
        }
    }
}
