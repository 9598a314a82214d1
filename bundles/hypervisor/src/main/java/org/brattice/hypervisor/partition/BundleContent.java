package org.brattice.hypervisor.partition;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

import org.osgi.framework.Bundle;

/**
 * What is in a bundle, wherever it came from: the framework hands out entries, not jars. Reading it resolves
 * nothing.
 */
final class BundleContent {
    private final Bundle bundle;

    BundleContent(Bundle bundle) {
        this.bundle = bundle;
    }

    /** A digest of all entries and their names: the same for the same content. */
    String digest() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(),
                    digest)) {
                for (String path : paths()) {
                    out.write(path.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    out.write(0);
                    copy(path, out);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a jar of it, its manifest first. */
    void jar(OutputStream to) throws IOException {
        try (JarOutputStream jar = new JarOutputStream(to)) {
            NavigableSet<String> paths = paths();
            entry(JarFile.MANIFEST_NAME, jar);
            paths.remove(JarFile.MANIFEST_NAME);
            for (String path : paths) {
                entry(path, jar);
            }
        }
    }

    private void entry(String path, JarOutputStream jar) throws IOException {
        ZipEntry entry = new ZipEntry(path);
        entry.setTime(0);
        jar.putNextEntry(entry);
        copy(path, jar);
        jar.closeEntry();
    }

    private void copy(String path, OutputStream to) throws IOException {
        URL entry = bundle.getEntry(path);
        if (entry == null) {
            throw new IOException("bundle " + Declarations.text(bundle) + " has no entry " + path);
        }
        try (InputStream in = entry.openStream()) {
            in.transferTo(to);
        }
    }

    private NavigableSet<String> paths() {
        NavigableSet<String> paths = new TreeSet<>();
        try {
            add("/", paths);
        } catch (IllegalStateException e) {
            throw new UncheckedIOException(
                    new IOException("bundle " + Declarations.text(bundle) + " is gone", e));
        }
        return paths;
    }

    private void add(String directory, NavigableSet<String> paths) {
        Enumeration<String> entries = bundle.getEntryPaths(directory);
        if (entries == null) {
            return;
        }
        for (String path : Collections.list(entries)) {
            if (path.endsWith("/")) {
                add(path, paths);
            } else {
                paths.add(path);
            }
        }
    }
}
