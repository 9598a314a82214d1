package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files and directories that only the user who made them can read, whatever the umask. */
final class OwnerOnly {
    private static final System.Logger LOGGER = System.getLogger(OwnerOnly.class.getName());
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);

    private OwnerOnly() {}

    /** To make a file with. */
    static FileAttribute<?> file() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    }

    /** To make a directory with. */
    static FileAttribute<?> directory() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    /** Takes from everybody but the owner what a file that is there lets them do. */
    static void tighten(Path path) {
        var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        try {
            Set<PosixFilePermission> permissions = view.readAttributes().permissions();
            if (permissions.retainAll(OWNER)) {
                view.setPermissions(permissions);
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "file=" + path
                    + " stays readable by others: make it its owner's alone", e);
        }
    }
}
