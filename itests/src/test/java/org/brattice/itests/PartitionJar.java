package org.brattice.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.brattice.itests.partition.PuppetActivator;

/** Assembles the bundle of test partitions: a manifest and one class. */
final class PartitionJar {
    private static final String CLASS = PuppetActivator.class.getName().replace('.', '/')
            + ".class";

    private final String symbolicName;
    private final List<String> names = new ArrayList<>();
    private final List<String> capabilities = new ArrayList<>();
    private String version = "1.0.0";
    private String system;
    private boolean singleton;

    PartitionJar(String symbolicName) {
        this.symbolicName = symbolicName;
    }

    /** Declares a partition and registers firmware for it. */
    PartitionJar partition(String name, String... attributes) {
        return declare(name, attributes).firmware(name);
    }

    /** Declares a partition; attributes as in a manifest, {@code memory="16 MiB"}. */
    PartitionJar declare(String name, String... attributes) {
        StringBuilder capability = new StringBuilder("org.brattice.partition;name=\"" + name + '"');
        for (String attribute : attributes) {
            String[] parts = attribute.split("=", 2);
            capability.append(';').append(parts[0]).append("=\"").append(parts[1]).append('"');
        }
        capabilities.add(capability.toString());
        return this;
    }

    /** Registers firmware for a partition, declared or not. */
    PartitionJar firmware(String name) {
        names.add(name);
        return this;
    }

    /** Registers an operating system for a partition. */
    PartitionJar system(String partition) {
        system = partition;
        return this;
    }

    /** Registers one firmware for all boots. */
    PartitionJar singleton() {
        singleton = true;
        return this;
    }

    PartitionJar version(String newVersion) {
        version = newVersion;
        return this;
    }

    byte[] bytes() {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", symbolicName);
        headers.putValue("Bundle-Version", version);
        headers.putValue("Bundle-Activator", PuppetActivator.class.getName());
        headers.putValue("Import-Package",
                "org.osgi.framework,org.brattice.api,org.brattice.itests.puppet");
        if (!capabilities.isEmpty()) {
            headers.putValue("Provide-Capability", String.join(",", capabilities));
        }
        if (!names.isEmpty()) {
            headers.putValue(PuppetActivator.PARTITIONS, String.join(",", names));
        }
        if (system != null) {
            headers.putValue(PuppetActivator.SYSTEM, system);
        }
        if (singleton) {
            headers.putValue(PuppetActivator.SINGLETON, "true");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(new JarEntry(CLASS));
            copy(CLASS, jar);
            String record = CLASS.replace(".class", "$Prototype.class");
            jar.putNextEntry(new JarEntry(record));
            copy(record, jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes());
    }

    private static void copy(String name, JarOutputStream jar) throws IOException {
        try (InputStream in = PartitionJar.class.getClassLoader().getResourceAsStream(name)) {
            in.transferTo(jar);
        }
    }
}
