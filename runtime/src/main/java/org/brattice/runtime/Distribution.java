package org.brattice.runtime;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What was built and unpacked: the files the machine is started from, and never writes to.
 *
 * @param home the directory that holds {@code lib}, {@code features}, {@code partitions}, {@code etc}
 */
record Distribution(Path home) {
    Path feature(String name) {
        return existing("feature=" + name, home.resolve("features").resolve(name + ".json"));
    }

    Path bundle(FeatureBundle bundle) {
        return existing("bundle=" + bundle.name(),
                home.resolve("lib").resolve("bundles").resolve(bundle.fileName()));
    }

    Path frameDescription() {
        return existing("frame", home.resolve("etc").resolve("frame.conf"));
    }

    Path frameworkProperties() {
        return existing("properties", home.resolve("etc").resolve("framework.properties"));
    }

    private Path existing(String what, Path file) {
        if (!Files.isRegularFile(file)) {
            throw new Refusal(ExitStatus.NOT_RUNNING,
                    what + " has no file=" + file + ": build or unpack the distribution again");
        }
        return file;
    }
}
