package org.brattice.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What lies in the data directory is for the user alone who started the machine, whatever the umask. */
final class OwnerOnly {
    private static final Set<PosixFilePermission> ALL = PosixFilePermissions
            .fromString("rwx------");
    static final FileAttribute<?> FILE = PosixFilePermissions
            .asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    static final FileAttribute<?> DIRECTORY = PosixFilePermissions.asFileAttribute(ALL);
    private static final int STICKY = 01000;

    private OwnerOnly() {}

    /** Makes a directory; takes one from the others that is there, where it is a data directory, or empty. */
    static void directory(Path path) throws IOException {
        Files.createDirectories(path, DIRECTORY);
        var shared = ((int) Files.getAttribute(path, "unix:mode") & STICKY) != 0;
        var permissions = Files.getPosixFilePermissions(path);
        if (!shared && isOurs(path) && permissions.retainAll(ALL)) {
            Files.setPosixFilePermissions(path, permissions);
        }
    }

    /** A folder with other things in it may be meant for others too. */
    private static boolean isOurs(Path path) throws IOException {
        if (!Files.getOwner(path).getName().equals(System.getProperty("user.name"))) {
            return false;
        }
        try (var entries = Files.newDirectoryStream(path)) {
            return Files.exists(path.resolve("frame.conf")) || Files.exists(path.resolve("lock"))
                    || !entries.iterator().hasNext();
        }
    }
}
