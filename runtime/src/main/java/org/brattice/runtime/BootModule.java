package org.brattice.runtime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

import org.osgi.framework.connect.ConnectContent;

/** What the framework sees of a module: its manifest, its entries and its own class loader. */
final class BootModule implements ConnectContent {
    private final ClassLoader loader;
    private final ModuleReference reference;
    private ModuleReader reader;

    BootModule(ClassLoader loader, ModuleReference reference) {
        this.loader = loader;
        this.reference = reference;
    }

    @Override
    public synchronized void open() throws IOException {
        if (reader == null) {
            reader = reference.open();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    @Override
    public Optional<ClassLoader> getClassLoader() {
        return Optional.of(loader);
    }

    @Override
    public Optional<Map<String, String>> getHeaders() {
        return getEntry(JarFile.MANIFEST_NAME).map(BootModule::headers);
    }

    @Override
    public Iterable<String> getEntries() throws IOException {
        try (var names = reader().list()) {
            return names.toList();
        }
    }

    @Override
    public Optional<ConnectEntry> getEntry(String path) {
        try {
            // Frameworks ask for absolute paths and for directories too; modules have neither.
            var name = path.startsWith("/") ? path.substring(1) : path;
            return reader().find(name).isPresent()
                    ? Optional.of(new Entry(name, read(name)))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read(String name) throws IOException {
        try (var stream = reader().open(name).orElseThrow()) {
            return stream.readAllBytes();
        }
    }

    private synchronized ModuleReader reader() {
        if (reader == null) {
            throw new IllegalStateException("module=" + reference.descriptor().name()
                    + " is not open");
        }
        return reader;
    }

    private static Map<String, String> headers(ConnectEntry manifest) {
        try (var stream = manifest.getInputStream()) {
            var headers = new HashMap<String, String>();
            new Manifest(stream).getMainAttributes()
                    .forEach((name, value) -> headers.put(name.toString(), value.toString()));
            return headers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Entry(String name, byte[] bytes) implements ConnectEntry {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public long getContentLength() {
            return bytes.length;
        }

        @Override
        public long getLastModified() {
            return 0;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(bytes);
        }
    }
}
