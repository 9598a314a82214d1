package org.brattice.deploy;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

import org.osgi.framework.Constants;

/** What keeps a file from being a bundle or a configuration. */
final class Flaw {
    private Flaw() {}

    /** What keeps it from being a configuration, in words, or nothing. */
    static Optional<String> ofConfiguration(File file) {
        if (!file.isFile()) {
            return Optional.of("is no regular file: take it away, or copy a file there");
        }
        try (var bytes = new FileInputStream(file)) {
            int first = bytes.read();
            int second = bytes.read();
            boolean mark = first == 0xEF && second == 0xBB && bytes.read() == 0xBF
                    || first == 0xFE && second == 0xFF || first == 0xFF && second == 0xFE;
            return mark
                    ? Optional.of("begins with a byte order mark, which would be taken for a part"
                            + " of the first key: save it as UTF-8 without one")
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot be read (" + e.getMessage() + "): check its permissions");
        }
    }

    /** What keeps it from being a bundle, in words, or nothing. */
    static Optional<String> of(File file) {
        if (!file.isFile()) {
            return Optional.of("is no regular file: take it away, or copy a file there");
        }
        try (var jar = new JarFile(file)) {
            var manifest = jar.getManifest();
            if (manifest == null || manifest.getMainAttributes()
                    .getValue(Constants.BUNDLE_SYMBOLICNAME) == null) {
                return Optional.of("is no bundle, as its manifest has no "
                        + Constants.BUNDLE_SYMBOLICNAME + ": build it with bnd");
            }
            wholeEntries(jar);
            return Optional.empty();
        } catch (IOException | SecurityException | IllegalArgumentException e) {
            return Optional.of("is no whole archive (" + e.getMessage() + "): copy it again");
        }
    }

    /** A file that is written in place has its old directory at the end while half of its entries are new. */
    private static void wholeEntries(JarFile jar) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (JarEntry entry : Collections.list(jar.entries())) {
            var sum = new CRC32();
            try (var bytes = jar.getInputStream(entry)) {
                for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
                    sum.update(buffer, 0, n);
                }
            } catch (IOException e) {
                throw new IOException(
                        "entry=" + entry.getName() + " is damaged: " + e.getMessage(), e);
            }
            if (entry.getCrc() != -1 && entry.getCrc() != sum.getValue()) {
                throw new IOException("entry=" + entry.getName() + " does not have its checksum");
            }
        }
    }
}
