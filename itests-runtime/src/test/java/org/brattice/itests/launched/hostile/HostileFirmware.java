package org.brattice.itests.launched.hostile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.osgi.framework.BundleContext;

/** Tries everything at its first boot's messages, and with what it kept at its next boot. */
final class HostileFirmware implements Firmware {
    private static Boot oldBoot;
    private static List<MemorySegment> oldMemory;
    private static Message oldMessage;
    private static MemorySegment oldPayload;

    private final BundleContext context;
    private final IpcaService ipca;
    private final Trials trials;
    private Boot boot;

    HostileFirmware(BundleContext context) {
        this.context = context;
        this.ipca = context.getService(context.getServiceReference(IpcaService.class));
        this.trials = new Trials(Path.of(context.getProperty("brattice.data"), "trials.txt"));
    }

    @Override
    public void boot(Boot newBoot) {
        boot = newBoot;
        if (oldBoot == null) {
            oldBoot = boot;
            oldMemory = boot.memory();
        } else {
            FrameworkTrials.letGo();
            afterRevocation();
            trials.end("second boot");
        }
    }

    @Override
    public void message(Message message) throws Exception {
        if (!message.text().equals("attack")) {
            return;
        }
        oldMessage = message;
        oldPayload = message.payload();
        new ReflectionTrials(trials, context).run(ipca, boot, message);
        new MemoryTrials(trials).run(boot, message);
        new NativeTrials(trials, context.getProperty("brattice.frame")).run(boot, ipca);
        new IdentityTrials(trials, context, ipca).run(boot, message);
        new FrameworkTrials(trials, context).run(ipca, boot, message);
        trials.end("attack");
    }

    @Override
    public void tick() {
        if (oldMessage != null && boot == oldBoot) {
            Message kept = oldMessage;
            oldMessage = null;
            trials.attempt("message after its handler", kept::length);
            trials.attempt("payload call after its handler", kept::payload);
            trials.end("tick");
        }
    }

    private void afterRevocation() {
        MemorySegment memory = oldMemory.get(0);
        trials.attempt("old memory read", () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        trials.attempt("old memory fill", () -> memory.fill((byte) 1));
        trials.attempt("old memory as buffer", () -> memory.asByteBuffer().get(0));
        trials.attempt("old payload read", () -> oldPayload.get(ValueLayout.JAVA_BYTE, 0));
        trials.attempt("old payload copy",
                () -> MemorySegment.ofArray(new byte[6]).copyFrom(oldPayload));
        trials.attempt("old boot's memory", () -> oldBoot.memory().get(0)
                .get(ValueLayout.JAVA_BYTE, 0));
        trials.attempt("old boot's task", () -> {
            oldBoot.run(() -> {});
            return "ran";
        });
        trials.attempt("old boot's register", () -> {
            oldBoot.register(boot.ranges().get(0).base(), boot.ipcaSize());
            return oldBoot.ipca();
        });
        trials.attemptElsewhere("old memory on another thread", Thread.ofPlatform(),
                () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        trials.attemptElsewhere("old payload on another thread", Thread.ofVirtual(),
                () -> oldPayload.get(ValueLayout.JAVA_BYTE, 0));
    }
}
