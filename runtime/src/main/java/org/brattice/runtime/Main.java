package org.brattice.runtime;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Starts the machine; the {@code brattice} script finds a JDK and calls it. */
public final class Main {
    private final Distribution distribution;
    private final Path usualData;
    private final CountDownLatch cleanedUp = new CountDownLatch(1);

    private Main(Distribution distribution, Path usualData) {
        this.distribution = distribution;
        this.usualData = usualData;
    }

    /**
     * Takes the directory of the distribution from the system property {@code brattice.home}, and
     * that of the data, unless the command line names one, from {@code brattice.data}.
     */
    public static void main(String[] line) throws InterruptedException {
        System.exit(start(line));
    }

    private static int start(String[] line) throws InterruptedException {
        try {
            return new Main(new Distribution(property("brattice.home")),
                    property("brattice.data")).run(Arguments.parse(List.of(line)));
        } catch (Refusal refusal) {
            Console.say(refusal.getMessage());
            return refusal.status();
        } catch (RuntimeException | LinkageError e) {
            System.getLogger(Main.class.getName()).log(System.Logger.Level.ERROR,
                    "unexpected failure, log/brattice.log tells more", e);
            return ExitStatus.NOT_RUNNING;
        }
    }

    private int run(Arguments arguments) throws InterruptedException {
        if (arguments.word() == Word.FRAMES) {
            var frames = new Frames(Frames.MEMORY_FILE_SYSTEM, System.out);
            return arguments.prune() ? frames.prune() : frames.list();
        }
        try {
            return runInItsData(arguments);
        } finally {
            cleanedUp.countDown();
        }
    }

    private int runInItsData(Arguments arguments) throws InterruptedException {
        if (arguments.word() == Word.DEMO && arguments.data().isEmpty()) {
            try (var temporary = new TemporaryDirectory()) {
                return run(arguments, temporary.path());
            }
        }
        return run(arguments, arguments.data().orElse(usualData));
    }

    private int run(Arguments arguments, Path path) throws InterruptedException {
        var image = arguments.image().orElse(Path.of(System.getProperty("java.home"), "lib",
                "modules"));
        if (arguments.word() == Word.DEMO) {
            DemoFrame.image(image);
        }
        try (var data = DataDirectory.take(path)) {
            if (arguments.word() == Word.DEMO) {
                data.checkNothingDeployed();
            }
            LogFile.open(data.log());
            System.setProperty("gosh.home", distribution.home().toString());
            var reader = new FeatureReader();
            var bundles = arguments.word().features().stream().map(distribution::feature)
                    .flatMap(file -> reader.read(file).stream()).toList();
            var machine = new Machine(distribution, new BootModules(ModuleLayer.boot()),
                    properties(arguments, data, image));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(machine), "end"));
            try {
                machine.start(bundles);
                return machine.await();
            } finally {
                machine.stop();
            }
        }
    }

    /** A signal ends the process when this returns: until then its directory is cleaned up. */
    private void end(Machine machine) {
        machine.stop();
        try {
            cleanedUp.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, String> properties(Arguments arguments, DataDirectory data, Path image) {
        var frame = data.frameDescription(distribution.frameDescription());
        var given = new HashMap<String, String>();
        given.put("brattice.home", distribution.home().toString());
        given.put("brattice.data", data.path().toString());
        given.put("brattice.frame", frame.toString());
        given.put("brattice.frame.new", Boolean.toString(arguments.newFrame()));
        arguments.commands().ifPresent(commands -> given.put("brattice.exec", commands));
        if (arguments.word() == Word.DEMO) {
            given.put("brattice.frame", new DemoFrame(frame).with(image).toString());
            given.put("brattice.demo", "true");
            given.put("brattice.demo.image", image.toString());
        }
        // Frameworks have a default of their own, so the shell's is given too.
        given.put("gosh.args", shell(arguments.word()));
        return FrameworkProperties.read(distribution.frameworkProperties(), given);
    }

    /** What the shell is told: whether there is one, and whether its end is the machine's. */
    private static String shell(Word word) {
        if (word != Word.SHELL || Boolean.getBoolean("brattice.daemon")) {
            return "--nointeractive --noshutdown";
        }
        return Boolean.getBoolean("brattice.lasting") ? "--noshutdown" : "";
    }

    private static Path property(String key) {
        var value = System.getProperty(key);
        if (value == null) {
            throw new Refusal(ExitStatus.NOT_RUNNING, "system property=" + key
                    + " is missing: start with the brattice script");
        }
        return Path.of(value).toAbsolutePath().normalize();
    }
}
