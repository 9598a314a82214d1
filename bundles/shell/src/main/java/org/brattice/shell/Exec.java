package org.brattice.shell;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntConsumer;

import org.apache.felix.service.command.CommandProcessor;
import org.brattice.api.Hypervisor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Runs the commands that the process was started with, and ends it with their status. */
@Component(service = {}, immediate = true)
public final class Exec {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private final CommandProcessor processor;
    private final IntConsumer exit;
    private final Settling settling;
    private final String text;
    private final Thread thread;
    private volatile boolean over;

    @Activate
    public Exec(BundleContext context, @Reference CommandProcessor processor,
            @Reference Hypervisor hypervisor,
            @Reference(target = "(brattice.exit=true)") IntConsumer exit) {
        this.processor = processor;
        this.exit = exit;
        String data = context.getProperty("brattice.data");
        settling = new Settling(context, hypervisor,
                data == null ? null : Path.of(data, "deploy"));
        text = context.getProperty("brattice.exec");
        thread = Thread.ofPlatform().name("brattice exec").daemon().unstarted(this::run);
        if (text != null) {
            thread.start();
        }
    }

    /** Ends a run that is not over; one that is over has itself asked for the stop. */
    @Deactivate
    void stop() {
        if (!over) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            settling.await(START_LIMIT);
            // Not System.out: in a Gogo session that leads back into the session.
            InputStream in = new FileInputStream(FileDescriptor.in);
            PrintStream out = stream(FileDescriptor.out);
            int status = new Script(processor, in, out, stream(FileDescriptor.err)).run(text);
            over = true;
            exit.accept(status);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
