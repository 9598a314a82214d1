package org.brattice.benchmarks.machine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.osgi.framework.connect.ConnectContent;

/** What the framework sees of a bundle whose classes are on the class path: its headers. */
record ClassPathBundle(Map<String, String> headers) implements ConnectContent {
    @Override
    public Optional<Map<String, String>> getHeaders() {
        return Optional.of(headers);
    }

    @Override
    public Iterable<String> getEntries() {
        return List.of();
    }

    @Override
    public Optional<ConnectEntry> getEntry(String path) {
        return Optional.empty();
    }

    @Override
    public Optional<ClassLoader> getClassLoader() {
        return Optional.of(ClassPathBundle.class.getClassLoader());
    }

    @Override
    public void open() {}

    @Override
    public void close() {}
}
