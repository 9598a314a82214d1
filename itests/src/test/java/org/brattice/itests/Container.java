package org.brattice.itests;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.ops4j.pax.exam.Option;

/** What the tests' frameworks are made of. */
final class Container {
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private Container() {}

    /** Everything, on a frame with such a description, in a data directory of its own; no partition departs. */
    static Option[] with(String data, String... description) {
        return settling("3600000", data, description);
    }

    /** The same, with a settle time in milliseconds. */
    static Option[] settling(String settle, String data, String... description) {
        Path directory = TARGET.resolve("data").resolve(data);
        Path frame = directory.resolve("frame.conf");
        try {
            empty(directory);
            Files.createDirectories(directory);
            // Stores that leave partitions all blocks but four, of 1 MiB.
            Files.write(frame, Stream.concat(Stream.of(description),
                    Stream.of("retry.store = 32 KiB", "dead.letters = 32 KiB", "fault.log = 64 KiB")
                            .filter(line -> Stream.of(description).noneMatch(one -> one
                                    .startsWith(line.substring(0, line.indexOf('='))))))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Option[]{
                junitBundles(),
                systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("ERROR"),
                frameworkProperty("felix.service.urlhandlers").value("false"),
                frameworkProperty("brattice.data").value(directory.toString()),
                frameworkProperty("brattice.frame").value(frame.toString()),
                frameworkProperty("brattice.boot.deadline").value("1500"),
                frameworkProperty("brattice.stop.deadline").value("1500"),
                frameworkProperty("brattice.well").value("300"),
                frameworkProperty("brattice.settle").value(settle),
                composite(Stream
                        .of("org.osgi.util.function", "org.osgi.util.promise",
                                "org.osgi.service.component", "org.apache.felix.configadmin",
                                "org.apache.felix.scr", "org.brattice.api",
                                "org.brattice.hypervisor")
                        .map(name -> bundle(location(name))).toArray(Option[]::new))};
    }

    /** Where a bundle of the build lies. */
    static String location(String artifact) {
        return TARGET.resolve("bundles").resolve(artifact + ".jar").toUri().toString();
    }

    static void empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
