package org.brattice.runtime;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * The command line.
 *
 * @param word what to start the machine for
 * @param commands Gogo commands to run, with {@link Word#EXEC} alone
 * @param data the data directory, when one was named
 * @param image the disk image of the tour, when one was named
 * @param newFrame whether a frame that is gone may be replaced by a new one
 * @param prune whether frames that nobody will miss are removed
 */
record Arguments(Word word, Optional<String> commands, Optional<Path> data, Optional<Path> image,
        boolean newFrame, boolean prune) {
    private static final Set<String> FRAMEWORKS = Set.of("felix", "equinox");

    /**
     * {@return what the command line asks for}
     *
     * @throws Refusal when it cannot be understood
     */
    static Arguments parse(List<String> line) {
        var rest = new ArrayDeque<>(line);
        var word = Word.SHELL;
        if (!rest.isEmpty() && !isOption(rest.peek())) {
            word = Word.of(rest.remove());
        }
        Optional<String> commands = Optional.empty();
        Optional<Path> data = Optional.empty();
        Optional<Path> image = Optional.empty();
        var newFrame = false;
        var prune = false;
        while (!rest.isEmpty()) {
            var next = rest.remove();
            switch (next) {
                case "--data" -> data = Optional.of(path(next, rest));
                case "--image" -> image = Optional.of(path(next, rest));
                case "--new-frame" -> newFrame = true;
                case "--prune" -> prune = true;
                // The script has put this framework on the module path already.
                case "--framework" -> checkFramework(value(next, rest));
                default -> {
                    if (isOption(next)) {
                        throw usage("option=" + next
                                + " is unknown: use --data DIR, --framework felix|equinox,"
                                + " --supervise, --new-frame, or --image FILE with demo");
                    }
                    if (word != Word.EXEC || commands.isPresent()) {
                        throw usage("argument=" + next + " is one too many: "
                                + "put several commands into one, as in exec 'partitions; vsr'");
                    }
                    commands = Optional.of(next);
                }
            }
        }
        if (word == Word.EXEC && commands.isEmpty()) {
            throw usage("exec needs commands to run, as in exec 'partitions; vsr'");
        }
        if (word != Word.DEMO && image.isPresent()) {
            throw usage("option=--image is for demo alone: elsewhere set the device in frame.conf");
        }
        if (word != Word.FRAMES && prune) {
            throw usage("option=--prune is for frames alone");
        }
        return new Arguments(word, commands, data, image, newFrame, prune);
    }

    private static boolean isOption(String argument) {
        return argument.startsWith("--");
    }

    private static Path path(String option, Queue<String> rest) {
        return Path.of(value(option, rest)).toAbsolutePath().normalize();
    }

    private static String value(String option, Queue<String> rest) {
        var value = rest.poll();
        if (value == null || value.isEmpty()) {
            throw usage("option=" + option + " needs a value after it");
        }
        return value;
    }

    private static void checkFramework(String name) {
        if (!FRAMEWORKS.contains(name)) {
            throw usage("framework=" + name + " is unknown: use felix or equinox");
        }
    }

    private static Refusal usage(String message) {
        return new Refusal(ExitStatus.USAGE, message);
    }
}
