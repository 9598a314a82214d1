package org.brattice.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntConsumer;

import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Plays the tour when the process was started for it, and ends it with the tour's status. */
@Component(service = {}, immediate = true)
public final class Demo {
    private final BundleContext context;
    private final CommandProcessor processor;
    private final IntConsumer exit;
    private final Thread thread;
    private volatile boolean over;

    @Activate
    public Demo(BundleContext context, @Reference CommandProcessor processor,
            @Reference(target = "(brattice.exit=true)") IntConsumer exit) {
        this.context = context;
        this.processor = processor;
        this.exit = exit;
        thread = Thread.ofPlatform().name("brattice demo").daemon().unstarted(this::play);
        if ("true".equals(context.getProperty("brattice.demo"))) {
            thread.start();
        }
    }

    /** Ends a tour that is not over; one that is over has itself asked for the stop. */
    @Deactivate
    void stop() {
        if (!over) {
            thread.interrupt();
        }
    }

    private void play() {
        // Not System.out: in a Gogo session that leads back into the session.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true,
                StandardCharsets.UTF_8);
        DeployFolder deploy = new DeployFolder(Path.of(context.getProperty("brattice.home"),
                "partitions"), Path.of(context.getProperty("brattice.data"), "deploy"));
        Image image = new Image(Path.of(context.getProperty("brattice.demo.image")));
        try (Stage stage = new Stage(processor, out)) {
            boolean held = new Tour(stage, deploy, image).play();
            over = true;
            exit.accept(held ? 0 : 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
