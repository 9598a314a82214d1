package org.brattice.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The frame description of the tour: that of the data directory, with the image in its slot. */
final class DemoFrame {
    /** Location of the slot that the VIOS partition owns. */
    static final String SLOT = "U1-P1-C1";
    private final Path description;

    DemoFrame(Path description) {
        this.description = description;
    }

    /** Writes the tour's description beside the other one, which stays as it is. */
    Path with(Path image) {
        var key = "slot." + SLOT;
        var file = description.resolveSibling("demo.conf");
        try (var lines = Files.lines(description)) {
            Files.write(file, Stream.concat(lines.filter(line -> !isSetting(line, key)),
                    Stream.of(key + " = block " + image + " read-only")).toList());
            return file;
        } catch (IOException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING,
                    "frame=" + file + " cannot be written: " + e, e);
        }
    }

    /**
     * {@return the image to serve: the one given, or the modules file of the running JDK}
     *
     * @throws Refusal when there is no such file
     */
    static Path image(Path given) {
        if (!Files.isRegularFile(given) || !Files.isReadable(given)) {
            throw new Refusal(ExitStatus.USAGE,
                    "image=" + given + " is no readable file: name one with --image FILE");
        }
        return given;
    }

    private static boolean isSetting(String line, String key) {
        return line.split("=", 2)[0].strip().equals(key);
    }
}
